//! `activity = false` with every kind of argument.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::clock::ManualClock;
use session_runtime::{Session, Sessions, Unavailable, with_session};
use session_tests::{Browser, Op, ScriptedStore, serve};

use super::world::{MINUTE, START, Shop, TICK, World, login};

#[with_session(activity = false)]
async fn poll(session: &Shop) -> String {
    format!("{:?}", session.user)
}

#[with_session(activity = false)]
async fn poll_optional(session: Option<&Shop>) -> String {
    session.is_some().to_string()
}

#[with_session(activity = false)]
async fn poll_attempt(session: Result<&Shop, Unavailable>) -> String {
    session.map_or_else(|unavailable| unavailable.to_string(), |shop| format!("{:?}", shop.user))
}

#[with_session(activity = false, require = user)]
async fn poll_guarded(session: &Shop) -> String {
    session.visits.to_string()
}

#[with_session(activity = false)]
async fn poll_writing(session: &mut Shop) {
    session.visits += 1;
}

/// A middleware reads the session first, and is activity as such.
#[with_session(activity = false)]
async fn poll_behind(handle: Session<Shop>, session: &Shop) -> String {
    assert!(handle.exists());
    session.visits.to_string()
}

#[with_session]
async fn read(session: &Shop) -> String {
    format!("{:?}", session.user)
}

async fn world() -> World {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(START));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/poll", get(poll))
        .route("/optional", get(poll_optional))
        .route("/attempt", get(poll_attempt))
        .route("/guarded", get(poll_guarded))
        .route("/behind", get(poll_behind))
        .route("/writing", post(poll_writing))
        .route("/read", get(read))
        .route("/login", post(login))
        .layer(sessions);
    World { store, clock, browser: Browser::new(serve(app).await) }
}

#[tokio::test]
async fn s20_a_session_that_is_only_polled_lies_idle() {
    for path in ["/poll", "/optional", "/attempt", "/guarded", "/behind"] {
        let mut world = world().await;
        world.browser.post("/login?name=ann").await;
        world.store.forget();
        for _ in 0..5 {
            world.clock.advance(10 * MINUTE);
            assert_eq!(world.browser.get(path).await.status, 200, "{path}");
        }
        assert_eq!(world.store.calls(), [Op::Load; 5], "{path}");
        world.clock.set(START.after((60 * MINUTE).saturating_sub(TICK)));
        assert_eq!(world.browser.get(path).await.status, 200, "{path}");
        world.clock.set(START.after(60 * MINUTE));
        assert_eq!(world.browser.get("/read").await.body, "None", "{path}");
    }
}

#[tokio::test]
async fn s20_what_polling_writes_is_kept_and_is_no_activity_either() {
    let mut world = world().await;
    world.browser.post("/login?name=ann").await;
    world.clock.advance(59 * MINUTE);
    assert_eq!(world.browser.post("/writing").await.status, 200);
    assert_eq!(world.browser.get("/guarded").await.body, "1");
    world.clock.advance(MINUTE);
    assert_eq!(world.browser.get("/read").await.body, "None");
    // a session that it creates begins to lie idle then
    assert!(world.browser.post("/writing").await.pair().is_some());
    world.clock.advance(59 * MINUTE);
    assert_eq!(world.browser.get("/optional").await.body, "true");
}

#[tokio::test]
async fn t38_polling_survives_an_outage_where_it_says_so() {
    let mut world = world().await;
    world.browser.post("/login?name=ann").await;
    world.store.fail(&[Op::Load]);
    assert_eq!(world.browser.get("/attempt").await.body, "the session is unavailable");
    assert_eq!(world.browser.get("/poll").await.status, 503);
    assert_eq!(world.browser.get("/guarded").await.status, 503);
}
