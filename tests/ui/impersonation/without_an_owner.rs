use session_runtime::{Impersonator, session};

#[session]
struct Shop {
    #[session(impersonator)]
    admin: Option<Impersonator<u64>>,
}

fn main() {}
