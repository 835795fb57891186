use session_runtime::{Expiring, Flash, session};

#[session]
struct Shop {
    #[session(ttl = "5m")]
    notice: Expiring<Flash<String>>,
}

fn main() {}
