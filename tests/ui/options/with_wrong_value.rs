use session_runtime::session;

#[session(idle = 30)]
struct Shop {
    visits: u32,
}

fn main() {}
