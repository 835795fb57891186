use session_runtime::{Unavailable, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Result<&mut Shop, Unavailable>) {
    if let Ok(shop) = session {
        shop.visits += 1;
    }
}

fn main() {}
