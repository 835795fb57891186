use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = "5m", default = Expiring::new(1))]
    code: Expiring<u32>,
}

fn main() {}
