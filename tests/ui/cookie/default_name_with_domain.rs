use session_runtime::session;

#[session(domain = "example.com")]
struct Shop {}

fn main() {}
