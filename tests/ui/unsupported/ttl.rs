use session_runtime::session;

#[session]
struct Shop {
    #[session(ttl = "5m")]
    visits: u32,
}

fn main() {}
