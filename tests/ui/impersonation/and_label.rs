use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator, label)]
    admin: Option<Impersonator<u64>>,
}

fn main() {}
