use session_runtime::session;

#[session("id")]
struct Shop {
    visits: u32,
}

fn main() {}
