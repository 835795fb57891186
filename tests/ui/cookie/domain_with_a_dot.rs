use session_runtime::session;

#[session(cookie = "id", domain = ".example.com")]
struct Shop {}

fn main() {}
