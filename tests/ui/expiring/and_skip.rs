use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(skip)]
    code: Expiring<u32>,
}

fn main() {}
