use session_runtime::session;

#[session(cookie = "__HOST-id", domain = "example.com")]
struct Shop {}

fn main() {}
