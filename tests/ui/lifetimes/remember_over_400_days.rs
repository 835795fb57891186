use session_runtime::session;

#[session(remember = "401d")]
struct Shop {}

fn main() {}
