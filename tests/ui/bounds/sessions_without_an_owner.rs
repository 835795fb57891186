use session_runtime::{Session, session};

#[session]
struct Shop {
    visits: u32,
}

fn others(handle: Session<Shop>) {
    let _ = handle.revoke_others();
}

fn main() {}
