//! A privilege that ends by itself: somebody has entered their password again, and may do more for an hour.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Expiring, Sessions, session, with_session};
use session_tests::{Browser, Op, ScriptedStore, serve};

use crate::world::{MINUTE, START, TICK};

const HOUR: Duration = Duration::from_secs(3600);

#[session(idle = "11h", absolute = "12h")]
struct Admin {
    #[session(privileged, ttl = "1h")]
    confirmed: Expiring<u32>,
    note: String,
}

#[with_session]
async fn confirm(session: &mut Admin) {
    session.confirmed.set(1);
}

#[with_session]
async fn show(session: Option<&Admin>) -> &'static str {
    match session {
        Some(admin) if admin.confirmed.is_some() => "may",
        Some(_) => "may not",
        None => "anonymous",
    }
}

#[with_session]
async fn note(session: &mut Admin) {
    session.note.push('x');
}

#[with_session]
async fn empty(session: &mut Admin) {
    *session = Admin::default();
}

#[with_session]
async fn give_up_and_fail(session: &mut Admin) -> StatusCode {
    session.confirmed.clear();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[with_session]
async fn confirm_and_fail(session: &mut Admin) -> StatusCode {
    session.confirmed.set(2);
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A browser that has left a note and confirmed.
async fn world() -> (ScriptedStore, Arc<ManualClock>, Browser) {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(START)));
    let sessions = Sessions::<Admin>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/", post(show))
        .route("/confirm", post(confirm))
        .route("/note", post(note))
        .route("/empty", post(empty))
        .route("/give-up", post(give_up_and_fail))
        .route("/fail", post(confirm_and_fail))
        .layer(sessions);
    let mut browser = Browser::new(serve(app).await);
    browser.post("/note").await;
    browser.post("/confirm").await;
    store.forget();
    (store, clock, browser)
}

#[tokio::test]
async fn s12_each_confirmation_gives_a_new_id_and_the_old_one_is_dead() {
    let (store, clock, mut browser) = world().await;
    for _ in 0..2 {
        clock.advance(30 * MINUTE);
        let before = browser.clone();
        assert!(browser.post("/confirm").await.pair().is_some(), "also with the same value");
        assert_eq!(before.clone().post("/").await.body, "anonymous");
        assert_eq!(browser.post("/").await.body, "may");
    }
    assert!(store.calls().contains(&Op::Rotate));
    clock.advance(HOUR - TICK);
    assert_eq!(browser.post("/").await.body, "may");
}

#[tokio::test]
async fn s12_a_privilege_ends_in_its_time_and_its_end_is_no_change_by_a_request() {
    let (store, clock, mut browser) = world().await;
    clock.advance(HOUR);
    let reply = browser.post("/").await;
    assert_eq!((reply.body.as_str(), reply.set_cookies().len()), ("may not", 0));
    assert_eq!(browser.post("/note").await.set_cookies().len(), 0, "a write keeps the id");
    assert!(!store.calls().contains(&Op::Rotate));
    assert!(browser.post("/confirm").await.pair().is_some());
    assert_eq!(browser.post("/").await.body, "may");
}

#[tokio::test]
async fn s12_giving_it_up_with_everything_else_is_a_logout_and_after_its_end_it_is_not() {
    let (store, _, mut browser) = world().await;
    assert!(browser.post("/empty").await.removes_cookie());
    assert_eq!(store.len(), 0);

    let (store, clock, mut browser) = world().await;
    clock.advance(HOUR);
    assert!(!browser.post("/empty").await.removes_cookie());
    assert_eq!((store.len(), browser.post("/").await.body.as_str()), (1, "may not"));
}

#[tokio::test]
async fn a_failed_request_gains_no_privilege_and_regains_none_that_it_gave_up() {
    let (_, clock, mut browser) = world().await;
    clock.advance(30 * MINUTE);
    assert_eq!(browser.post("/fail").await.status, 500);
    clock.advance(30 * MINUTE - TICK);
    assert_eq!(browser.post("/").await.body, "may");
    clock.advance(TICK);
    assert_eq!(browser.post("/").await.body, "may not", "a dropped confirmation prolongs nothing");

    let (_, _, mut browser) = world().await;
    let reply = browser.post("/give-up").await;
    assert_eq!((reply.status, reply.pair().is_some()), (500, true));
    assert_eq!(browser.post("/").await.body, "may not");
}
