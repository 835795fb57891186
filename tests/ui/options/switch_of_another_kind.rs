use session_runtime::session;

#[session(secure = "always")]
struct Shop {
    visits: u32,
}

fn main() {}
