use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Result<&Shop, String>) -> u32 {
    session.map_or(0, |shop| shop.visits)
}

fn main() {}
