use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator)]
    admin: Option<Impersonator<u64>>,
    #[session(impersonator)]
    other: Option<Impersonator<u64>>,
}

fn main() {}
