use session_runtime::session;

struct Shop {}

#[session]
type Other = Shop;

fn main() {}
