use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator)]
    admin: Impersonator<u64>,
}

fn main() {}
