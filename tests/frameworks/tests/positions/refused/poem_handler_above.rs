use poem::handler;
use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[handler]
#[with_session]
async fn count(session: &mut Shop) {
    session.visits += 1;
}

fn main() {}
