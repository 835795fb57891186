use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = "0s")]
    code: Expiring<u32>,
}

fn main() {}
