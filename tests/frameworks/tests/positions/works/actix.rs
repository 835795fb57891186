//! actix-web: above its routing attributes and, as it hands the function on as it is, also below them; methods.

use ::actix_web::{App, get, post, route, routes, web};
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
#[get("/above")]
async fn above(session: &mut Shop) -> String {
    session.visits.to_string()
}

#[post("/below")]
#[with_session(require = visited, or = 404)]
async fn below(session: &Guarded, visited: &u32) -> String {
    format!("{visited} {:?}", session.visited)
}

#[session]
struct Guarded {
    visited: Option<u32>,
}

#[with_session]
#[route("/either", method = "GET", method = "POST")]
async fn either(session: &Shop) -> String {
    session.visits.to_string()
}

#[with_session]
#[routes]
#[get("/one")]
#[get("/two")]
async fn several(session: Option<&Shop>) -> String {
    session.is_some().to_string()
}

#[with_session]
impl Pages {
    async fn method(session: &mut Shop) -> String {
        session.visits.to_string()
    }
}

#[test]
fn all_are_routes() {
    let _ = App::new()
        .service(above)
        .service(below)
        .service(either)
        .service(several)
        .route("/function", web::get().to(function))
        .route("/method", web::get().to(Pages::method));
}
