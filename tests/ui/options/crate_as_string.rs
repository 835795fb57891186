use session_runtime::session;

#[session(crate = "session_runtime")]
struct Shop {
    visits: u32,
}

fn main() {}
