use session_runtime::session;

#[session]
struct Shop {}

#[session(within = Shop)]
struct Cart {
    #[session(owner)]
    owner: Option<u32>,
}

fn main() {}
