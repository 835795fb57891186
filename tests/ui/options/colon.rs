use session_runtime::session;

#[session(idle: "30m")]
struct Shop {
    visits: u32,
}

fn main() {}
