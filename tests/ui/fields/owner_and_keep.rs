use session_runtime::session;

#[session]
struct Shop {
    #[session(owner, keep)]
    user: Option<u32>,
}

fn main() {}
