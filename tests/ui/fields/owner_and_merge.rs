use session_runtime::session;

#[session]
struct Shop {
    #[session(owner, merge = reject)]
    user: Option<u32>,
}

fn main() {}
