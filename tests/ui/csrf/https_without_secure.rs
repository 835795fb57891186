use session_runtime::session;

#[session(require_https, cookie = "id", secure = false)]
struct Shop {
    visits: u32,
}

fn main() {}
