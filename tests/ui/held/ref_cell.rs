use session_runtime::{session, with_session};

#[session]
#[derive(Clone)]
struct Shop {
    visits: std::cell::RefCell<u32>,
}

#[with_session]
async fn count(session: &Shop) {
    let _ = &session.visits;
}

fn main() {}
