use session_runtime::session;

#[session(cookie = "__Host-id", secure = false)]
struct Shop {}

fn main() {}
