use session_runtime::session;

#[session(cookie = "id", domain = "127.0.0.1")]
struct Shop {}

fn main() {}
