use session_runtime::session;

#[session(idle = 30)]
struct Shop {}

fn main() {}
