use session_runtime::session;

#[session(cookie = "")]
struct Shop {}

fn main() {}
