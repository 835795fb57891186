use session_runtime::{Expiring, Impersonator, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator, ttl = "5m")]
    admin: Expiring<Impersonator<u64>>,
}

fn main() {}
