use session_runtime::session;

#[session(cookie = "__sEcUrE-id", secure = false)]
struct Shop {}

#[session(cookie = "__hTTP-id", http_only = false)]
struct Login {}

fn main() {}
