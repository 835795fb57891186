use session_runtime::session;

#[session(idle = "0m")]
struct Shop {}

fn main() {}
