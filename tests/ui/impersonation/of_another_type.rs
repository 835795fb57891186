use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(impersonator)]
    admin: Option<u64>,
}

fn main() {}
