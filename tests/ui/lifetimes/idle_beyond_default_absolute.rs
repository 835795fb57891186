use session_runtime::session;

#[session(idle = "9h")]
struct Shop {}

fn main() {}
