use session_runtime::session;

#[session(idle = "30m")]
#[session(absolute = "12h")]
struct Shop {
    visits: u32,
}

fn main() {}
