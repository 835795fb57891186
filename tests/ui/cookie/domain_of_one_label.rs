use session_runtime::session;

#[session(cookie = "id", domain = "com")]
struct Shop {}

fn main() {}
