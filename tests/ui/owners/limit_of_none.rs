use session_runtime::session;

#[session(max_sessions = 0)]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

fn main() {}
