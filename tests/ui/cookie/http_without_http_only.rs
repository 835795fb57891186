use session_runtime::session;

#[session(cookie = "__Http-id", http_only = false)]
struct Shop {}

fn main() {}
