use session_runtime::session;

#[session(renew = "30")]
struct Shop {}

fn main() {}
