use session_runtime::{Expiring, session};

type Code = Expiring<u32>;

#[session]
struct Shop {
    code: Code,
}

fn main() {}
