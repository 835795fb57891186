use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(label)]
    device: String,
    #[session(label)]
    place: String,
}

fn main() {}
