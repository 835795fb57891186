use session_runtime::session;

#[session(cookie = "__host-http-")]
struct Shop {}

fn main() {}
