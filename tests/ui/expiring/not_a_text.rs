use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = 300)]
    code: Expiring<u32>,
}

fn main() {}
