use session_runtime::session;

#[session(requires_https)]
struct Shop {
    visits: u32,
}

fn main() {}
