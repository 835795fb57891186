use session_runtime::{Unavailable, with_session};

struct Shop {
    visits: u32,
}

#[with_session]
async fn read(session: &Shop) -> u32 {
    session.visits
}

#[with_session]
fn optional(session: Option<&Shop>) -> Option<u32> {
    session.map(|shop| shop.visits)
}

#[with_session]
async fn attempt(session: Result<&Shop, Unavailable>) -> u32 {
    session.map_or(0, |shop| shop.visits)
}

fn main() {}
