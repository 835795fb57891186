use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: &mut Shop, #[session] other: &Shop) {
    session.visits += other.visits;
}

fn main() {}
