use session_runtime::{Expiring, session};

#[session]
struct Shop {
    #[session(ttl = "5 minutes")]
    code: u32,
    #[session(default = Expiring::new(1))]
    seat: Expiring<u32>,
}

fn main() {}
