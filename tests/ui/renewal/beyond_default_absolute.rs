use session_runtime::session;

#[session(renew = "12h")]
struct Shop {}

fn main() {}
