use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = "5m", merge = add)]
    code: Expiring<u32>,
}

fn main() {}
