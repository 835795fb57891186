use session_runtime::session;

#[session(cookie = "$id")]
struct Shop {}

fn main() {}
