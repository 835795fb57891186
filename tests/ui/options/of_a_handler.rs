use session_runtime::session;

#[session(require = user)]
struct Shop {
    #[session(fresh = "5m")]
    user: Option<u32>,
}

fn main() {}
