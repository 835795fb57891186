use session_runtime::session;

#[session(when_full = "reject_new")]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

fn main() {}
