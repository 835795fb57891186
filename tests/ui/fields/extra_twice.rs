use session_runtime::{session, Extra};

#[session]
struct Shop {
    #[session(extra)]
    rest: Extra,
    #[session(extra)]
    more: Extra,
}

fn main() {}
