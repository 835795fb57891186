use session_runtime::session;

#[session(cookie = "__Host-Http-id", http_only = false)]
struct Shop {}

fn main() {}
