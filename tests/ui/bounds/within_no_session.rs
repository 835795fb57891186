use session_runtime::session;

struct Shop {}

#[session(within = Shop)]
struct Cart {}

fn main() {}
