use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(owner, ttl = "5m")]
    user: Expiring<u64>,
}

fn main() {}
