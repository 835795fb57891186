//! Poem: above `#[handler]`.

use ::poem::{Route, get, handler};
use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
#[handler]
async fn above(session: &mut Shop, handle: Session<Shop>) -> String {
    handle.renew();
    session.visits.to_string()
}

#[with_session]
#[handler]
fn sync(session: &Shop) -> String {
    session.visits.to_string()
}

#[test]
fn all_are_routes() {
    let _ = Route::new().at("/above", get(above)).at("/sync", get(sync));
}
