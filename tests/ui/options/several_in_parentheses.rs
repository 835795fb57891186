use session_runtime::session;

#[session(cookie(name = "id", path = "/"))]
struct Shop {
    visits: u32,
}

fn main() {}
