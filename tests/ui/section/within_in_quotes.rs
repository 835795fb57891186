use session_runtime::session;

#[session(within = "Shop")]
struct Cart {}

fn main() {}
