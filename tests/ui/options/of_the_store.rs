use session_runtime::session;

#[session(store = "redis")]
struct Shop {
    visits: u32,
}

fn main() {}
