use session_runtime::session;

#[session(require_https = "yes")]
struct Shop {
    visits: u32,
}

fn main() {}
