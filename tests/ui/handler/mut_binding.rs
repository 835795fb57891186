use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(mut session: Shop) -> u32 {
    session.visits
}

fn main() {}
