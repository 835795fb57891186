use session_runtime::with_session;

struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: &mut Shop) {
    session.visits += 1;
}

fn main() {}
