use session_runtime::session;

#[session]
struct Shop {
    visits: u32,
}

#[session(within = Shop, csrf, require_https)]
struct Cart {
    items: u32,
}

fn main() {}
