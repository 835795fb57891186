use session_runtime::{Sessions, session};

#[session]
struct Shop {
    visits: u32,
}

fn main() {
    let _ = Sessions::<Shop>::new("redis://localhost");
}
