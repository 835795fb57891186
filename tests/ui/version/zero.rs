use session_runtime::session;

#[session(version = 0)]
struct Shop {
    visits: u32,
}

fn main() {}
