use session_runtime::session;

#[session]
struct Shop {
    #[session(owner, privileged)]
    user: Option<u32>,
}

fn main() {}
