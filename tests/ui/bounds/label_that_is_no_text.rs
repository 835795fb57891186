use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(label)]
    device: u32,
}

fn main() {}
