use session_runtime::session;

#[session(same_site = "relaxed")]
struct Shop {}

fn main() {}
