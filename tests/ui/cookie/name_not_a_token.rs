use session_runtime::session;

#[session(cookie = "my id")]
struct Shop {}

fn main() {}
