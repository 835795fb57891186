//! A session that lives in its cookie carries the time of its authentication along.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::clock::ManualClock;
use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, RevocationList, SecretKey, Sessions, session, with_session,
};
use session_tests::{Browser, serve};

use super::world::{MINUTE, START, assert_refused};

#[session]
struct Login {
    #[session(owner)]
    user: Option<u32>,
    visits: u32,
}

#[with_session]
async fn enter(session: &mut Login) {
    session.user = Some(1);
}

#[with_session]
async fn visit(session: &mut Login) {
    session.visits += 1;
}

#[with_session(require = user, fresh = "5m")]
async fn sensitive(session: &Login, user: &u32) -> String {
    format!("{user} {}", session.visits)
}

#[tokio::test]
async fn s19_fresh_holds_for_cookie_stores_too() {
    let clock = Arc::new(ManualClock::at(START));
    let key =
        SecretKey::from_hex("9f3c1d7e5ab80264e1f7098c3b6d5a421c8e7f60b95d23a4d6187e0f4c2b9a35").unwrap();
    let store = EncryptedCookieStore::new(KeyRing::new(key), RevocationList::new(MemoryStore::new()));
    let sessions = Sessions::<Login>::builder(store).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/enter", post(enter))
        .route("/visit", post(visit))
        .route("/sensitive", get(sensitive))
        .layer(sessions);
    let mut browser = Browser::new(serve(app).await);
    assert_refused(&browser.get("/sensitive").await, 401);
    browser.post("/enter").await;
    clock.advance(4 * MINUTE);
    assert!(browser.post("/visit").await.pair().is_some());
    assert_eq!(browser.get("/sensitive").await.body, "1 1");
    clock.advance(MINUTE);
    assert_refused(&browser.get("/sensitive").await, 401);
}
