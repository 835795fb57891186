use session_runtime::session;

#[session(max_age = "30d")]
struct Shop {
    visits: u32,
}

fn main() {}
