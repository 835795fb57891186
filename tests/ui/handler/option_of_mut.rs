use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Option<&mut Shop>) {
    if let Some(shop) = session {
        shop.visits += 1;
    }
}

fn main() {}
