use session_runtime::{Expiring, session};

#[session]
struct Shop {
    code: Option<Expiring<u32>>,
}

fn main() {}
