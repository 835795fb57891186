use session_runtime::session;

#[session]
struct Shop {
    #[session(label)]
    device: String,
}

fn main() {}
