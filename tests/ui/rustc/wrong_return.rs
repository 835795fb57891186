use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: &Shop) -> String {
    session.visits
}

fn main() {}
