use session_runtime::session;

#[session(version = "2")]
struct Shop {
    visits: u32,
}

fn main() {}
