//! warp: functions and methods, which have no attribute of warp's.

use ::warp::Filter;
use session_runtime::adapter::warp::session;
use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Pages;

#[with_session]
async fn function(session: &mut Shop, handle: Session<Shop>) -> String {
    handle.renew();
    session.visits.to_string()
}

#[with_session]
impl Pages {
    fn sync(session: &Shop) -> String {
        session.visits.to_string()
    }
}

#[test]
fn all_are_routes() {
    let function = ::warp::path("function").and(session()).and(session()).then(function);
    let sync = ::warp::path("sync").and(session()).map(Pages::sync);
    let _ = ::warp::service(function.or(sync));
}
