use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = "9h")]
    code: Expiring<u32>,
}

fn main() {}
