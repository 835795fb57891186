use session_runtime::session;

#[session(idle = "2h", absolute = "1h")]
struct Shop {}

fn main() {}
