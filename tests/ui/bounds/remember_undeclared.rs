use session_runtime::{Session, session, with_session};

#[session]
struct Shop {}

#[with_session]
async fn login(#[session] _shop: &mut Shop, handle: Session<Shop>) {
    handle.remember();
}

fn main() {}
