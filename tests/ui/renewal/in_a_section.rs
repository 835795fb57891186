use session_runtime::session;

#[session]
struct Shop {}

#[session(within = Shop, renew = "1h")]
struct Cart {}

fn main() {}
