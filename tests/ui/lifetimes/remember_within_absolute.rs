use session_runtime::session;

#[session(remember = "2h")]
struct Shop {}

fn main() {}
