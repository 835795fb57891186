use session_runtime::session;

#[session]
struct Shop {}

#[session(within = Shop)]
struct Cart {}

#[session(within = Cart)]
struct Item {}

fn main() {}
