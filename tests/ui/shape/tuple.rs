use session_runtime::session;

#[session]
struct Shop(u32);

fn main() {}
