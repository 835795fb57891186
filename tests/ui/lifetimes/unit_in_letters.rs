use session_runtime::session;

#[session(idle = "30min")]
struct Shop {
    visits: u32,
}

fn main() {}
