//! Two session types of one application, each with a layer of its own.

use axum::Router;
use axum::routing::post;
use session_runtime::{MemoryStore, Sessions, session, with_session};
use session_tests::{Browser, serve};

use super::world::{Shop, login};

#[session(cookie = "__Host-staff")]
struct Staff {
    #[session(owner)]
    user: Option<u32>,
}

#[with_session(require = staff.user, fresh = "5m", or = 403)]
async fn refund(#[session] shop: &mut Shop, #[session] staff: &Staff, user: &u32) -> String {
    shop.visits += 1;
    format!("{user} {:?} {}", staff.user, shop.visits)
}

#[with_session]
async fn staff_login(session: &mut Staff) {
    session.user = Some(1);
}

#[tokio::test]
async fn the_guard_of_one_session_is_not_met_by_another() {
    let app = Router::new()
        .route("/refund", post(refund))
        .route("/staff", post(staff_login))
        .route("/login", post(login))
        .layer(Sessions::<Shop>::new(MemoryStore::new()).unwrap())
        .layer(Sessions::<Staff>::new(MemoryStore::new()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    browser.post("/login?name=ann").await;
    assert_eq!(browser.post("/refund").await.status, 403);
    browser.post("/staff").await;
    assert_eq!(browser.post("/refund").await.body, "1 Some(1) 1");
}
