//! Salvo: above `#[handler]`, on functions and on blocks.

use salvo_core::prelude::*;
use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Page;

#[with_session]
#[handler]
async fn above(session: &mut Shop, handle: Session<Shop>) -> String {
    handle.renew();
    session.visits.to_string()
}

#[with_session]
#[handler]
fn sync(session: &Shop, request: &mut Request) -> String {
    format!("{} {}", request.uri(), session.visits)
}

#[with_session]
#[handler]
impl Page {
    async fn handle(&self, session: &mut Shop) -> String {
        session.visits.to_string()
    }
}

#[test]
fn all_are_routes() {
    let _ = Router::new().get(above).push(Router::with_path("sync").get(sync)).post(Page);
}
