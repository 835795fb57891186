use session_runtime::session;

#[session]
struct Shop;

fn main() {}
