use session_runtime::session;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

#[session(within = Shop)]
struct Cart {
    #[session(label)]
    name: String,
}

fn main() {}
