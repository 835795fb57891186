use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u32>,
    #[session(owner)]
    client: Option<u32>,
}

fn main() {}
