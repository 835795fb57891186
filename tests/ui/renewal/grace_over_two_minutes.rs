use session_runtime::session;

#[session(grace = "3m")]
struct Shop {}

fn main() {}
