use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(owner, impersonator)]
    user: Option<Impersonator<u64>>,
}

fn main() {}
