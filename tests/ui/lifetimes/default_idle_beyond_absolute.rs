use session_runtime::session;

#[session(absolute = "30m")]
struct Shop {}

fn main() {}
