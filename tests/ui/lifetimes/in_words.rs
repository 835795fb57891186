use session_runtime::session;

#[session(idle = "1 hour 30 minutes")]
struct Shop {
    visits: u32,
}

fn main() {}
