use session_runtime::session;

#[session(version = -1)]
struct Shop {
    visits: u32,
}

fn main() {}
