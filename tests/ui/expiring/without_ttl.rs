use session_runtime::{Expiring, session};

#[session]
struct Shop {
    code: Expiring<u32>,
}

fn main() {}
