//! Rocket: above its routing attributes.

use ::rocket::{get, post, routes};
use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
#[get("/above/<name>")]
async fn above(session: &mut Shop, name: &str, handle: Session<Shop>) -> String {
    handle.renew();
    format!("{name} {}", session.visits)
}

#[with_session]
#[post("/sync", data = "<body>")]
fn sync(session: &Shop, body: String) -> String {
    format!("{body} {}", session.visits)
}

#[test]
fn all_are_routes() {
    assert_eq!(routes![above, sync].len(), 2);
}
