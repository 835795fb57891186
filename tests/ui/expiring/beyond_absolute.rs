use session_runtime::{Expiring, session};

#[session(absolute = "2h")]
struct Shop {
    #[session(ttl = "3h")]
    code: Expiring<u32>,
}

fn main() {}
