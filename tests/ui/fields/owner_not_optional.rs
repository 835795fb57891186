use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: u32,
}

fn main() {}
