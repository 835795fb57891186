use session_runtime::{session, with_session};

#[session(csrf)]
struct Shop {
    visits: u32,
}

#[with_session(csrf = true)]
async fn visit(session: &mut Shop) {
    session.visits += 1;
}

fn main() {}
