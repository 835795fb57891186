use session_runtime::session;

#[session(ttl = "30m")]
struct Shop {
    visits: u32,
}

fn main() {}
