use session_runtime::session;

#[session(cookie = "id", path = "/shop; Domain=evil.example")]
struct Shop {}

fn main() {}
