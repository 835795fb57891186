use session_runtime::session;

#[session(renew = "2h", absolute = "2h")]
struct Shop {}

fn main() {}
