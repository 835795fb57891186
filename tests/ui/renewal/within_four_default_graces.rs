use session_runtime::session;

#[session(renew = "1m")]
struct Shop {}

fn main() {}
