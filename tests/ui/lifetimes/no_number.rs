use session_runtime::session;

#[session(idle = "m")]
struct Shop {}

fn main() {}
