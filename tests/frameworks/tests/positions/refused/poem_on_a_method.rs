use poem::handler;
use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Page;

impl Page {
    #[with_session]
    #[handler]
    async fn count(session: &mut Shop) {
        session.visits += 1;
    }
}

fn main() {}
