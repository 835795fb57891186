use session_runtime::{Expiring, session};

#[session(remember = "30d")]
struct Shop {
    #[session(ttl = "31d")]
    code: Expiring<u32>,
}

fn main() {}
