use session_runtime::{session, with_session};

struct Extension<T>(T);

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Extension<Shop>) -> u32 {
    session.0.visits
}

fn main() {}
