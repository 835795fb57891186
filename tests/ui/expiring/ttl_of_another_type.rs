use session_runtime::session;

#[session]
struct Shop {
    #[session(ttl = "5m")]
    code: Option<u32>,
}

fn main() {}
