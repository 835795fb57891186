use session_runtime::session;

#[session(timeout = "30m")]
struct Shop {
    visits: u32,
}

fn main() {}
