use session_runtime::session;

#[session(max_sessions = 3, when_full = "evict")]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

fn main() {}
