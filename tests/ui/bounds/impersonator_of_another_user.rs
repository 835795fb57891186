use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator)]
    admin: Option<Impersonator<u32>>,
}

fn main() {}
