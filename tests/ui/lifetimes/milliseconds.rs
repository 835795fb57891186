use session_runtime::session;

#[session(idle = "500ms")]
struct Shop {
    visits: u32,
}

fn main() {}
