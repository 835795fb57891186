use session_runtime::{Flash, session};

#[session]
struct Shop {
    notice: Option<Flash<String>>,
}

fn main() {}
