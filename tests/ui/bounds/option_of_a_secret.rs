use session_runtime::{Secret, session};

#[session]
struct Shop {
    token: Option<Secret<String>>,
}

fn main() {}
