use session_runtime::session;

#[session(idle = )]
struct Shop {}

fn main() {}
