use session_runtime::{session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

#[session(within = Shop)]
struct Cart {
    items: Vec<String>,
}

#[with_session(require = store.user)]
async fn account(#[session] shop: &Shop, #[session] cart: &Cart) {
    let _ = (shop, cart);
}

fn main() {}
