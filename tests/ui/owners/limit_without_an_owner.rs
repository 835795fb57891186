use session_runtime::session;

#[session(max_sessions = 3)]
struct Shop {
    visits: u32,
}

fn main() {}
