use session_runtime::session;

#[session(cookie = "id", path = "shop")]
struct Shop {}

fn main() {}
