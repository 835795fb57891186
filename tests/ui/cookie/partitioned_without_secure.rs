use session_runtime::session;

#[session(cookie = "id", partitioned, secure = false)]
struct Shop {}

fn main() {}
