use session_runtime::session;

#[session]
fn shop() {}

fn main() {}
