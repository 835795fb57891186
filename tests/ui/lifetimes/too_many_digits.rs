use session_runtime::session;

#[session(idle = "99999999999999999999s")]
struct Shop {}

fn main() {}
