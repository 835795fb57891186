use session_runtime::session;

#[session]
struct Shop {
    name: &str,
    visits: u32,
}

fn main() {}
