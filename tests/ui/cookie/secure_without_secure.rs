use session_runtime::session;

#[session(cookie = "__secure-id", secure = false)]
struct Shop {}

fn main() {}
