use session_runtime::{Expiring, session};

struct Code(u32);

#[session]
struct Shop {
    #[session(ttl = "5m")]
    code: Expiring<Code>,
}

fn main() {}
