use session_runtime::session;

#[session(renew = "5m", grace = "2m")]
struct Shop {}

fn main() {}
