//! axum: functions, with and without `debug_handler`, methods, and all methods of a block.

use ::axum::{Router, debug_handler, routing::get};
use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Pages;

#[with_session]
async fn function(session: &mut Shop, handle: Session<Shop>) {
    session.visits += 1;
    handle.renew();
}

#[with_session]
#[debug_handler]
async fn debugged(session: Option<&Shop>) -> String {
    session.map_or_else(String::new, |shop| shop.visits.to_string())
}

impl Pages {
    #[with_session]
    async fn method(session: &mut Shop) {
        session.visits += 1;
    }
}

#[with_session]
impl Pages {
    async fn one(session: &Shop) -> String {
        session.visits.to_string()
    }

    async fn other(session: &mut Shop) {
        session.visits += 1;
    }
}

#[test]
fn all_are_routes() {
    let _: Router = Router::new()
        .route("/function", get(function))
        .route("/debugged", get(debugged))
        .route("/method", get(Pages::method))
        .route("/one", get(Pages::one))
        .route("/other", get(Pages::other));
}
