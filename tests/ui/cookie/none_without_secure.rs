use session_runtime::session;

#[session(cookie = "id", same_site = "none", secure = false)]
struct Shop {}

fn main() {}
