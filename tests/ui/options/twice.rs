use session_runtime::session;

#[session(idle = "30m", idle = "40m")]
struct Shop {
    visits: u32,
}

fn main() {}
