use session_runtime::session;

#[session(cookie = "a_name_that_is_longer_than_any_browser_needs_to_tell_cookies_apart")]
struct Shop {}

fn main() {}
