use salvo_core::handler;
use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Page;

#[handler]
impl Page {
    #[with_session]
    async fn handle(&self, session: &mut Shop) {
        session.visits += 1;
    }
}

fn main() {}
