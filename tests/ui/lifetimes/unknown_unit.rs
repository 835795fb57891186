use session_runtime::session;

#[session(idle = "5y")]
struct Shop {}

fn main() {}
