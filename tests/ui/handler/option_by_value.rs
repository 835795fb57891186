use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Option<Shop>) -> u32 {
    session.map_or(0, |shop| shop.visits)
}

fn main() {}
