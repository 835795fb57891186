use session_runtime::{Flash, session};

#[session]
struct Shop {
    #[session(ttl = "5m")]
    notice: Flash<String>,
}

fn main() {}
