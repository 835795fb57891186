use session_runtime::session;

#[session]
struct Shop {}

#[session(within = Shop, version = 2)]
struct Cart {
    items: u32,
}

fn main() {}
