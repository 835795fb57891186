use session_runtime::{session, Extra};

#[session]
struct Shop {
    #[session(extra, default = Extra::default())]
    rest: Extra,
}

fn main() {}
