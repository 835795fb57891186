use session_runtime::session;

#[session(cookie = "__Host-id", path = "/shop")]
struct Shop {}

fn main() {}
