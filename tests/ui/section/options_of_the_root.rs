use session_runtime::session;

#[session]
struct Shop {}

#[session(within = Shop, cookie = "id")]
struct Cart {}

fn main() {}
