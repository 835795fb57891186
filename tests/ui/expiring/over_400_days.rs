use session_runtime::{Expiring, session};

#[session(remember = "400d")]
struct Shop {
    #[session(ttl = "401d")]
    code: Expiring<u32>,
}

fn main() {}
