use session_runtime::{session, Flash};

#[session]
struct Shop {
    #[session(keep)]
    notice: Flash<String>,
}

fn main() {}
