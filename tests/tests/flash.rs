//! Messages for the next page: shown once, by whoever reads them, and never lost to a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::{Flash, Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Op, ScriptedStore, patiently, serve};

#[session]
struct Shop {
    visits: u32,
    notice: Flash<String>,
    warning: Flash<String>,
}

fn text(message: Option<&String>) -> String {
    message.map_or("-".to_owned(), Clone::clone)
}

#[with_session]
async fn set(session: &mut Shop, Path(message): Path<String>) {
    session.notice.set(message);
}

#[with_session]
async fn show(session: &Shop, Path(status): Path<u16>) -> (StatusCode, String) {
    (StatusCode::from_u16(status).unwrap(), text(session.notice.get()))
}

#[with_session]
async fn peek(session: &Shop) -> String {
    text(session.notice.peek())
}

#[with_session]
async fn keep(session: &Shop) -> String {
    let shown = text(session.notice.get());
    session.notice.keep();
    shown
}

#[with_session]
async fn take(session: &mut Shop) -> String {
    text(session.notice.take().as_ref())
}

#[with_session]
async fn clear(session: &mut Shop) {
    session.notice.clear();
}

#[with_session]
async fn set_and_show(session: &mut Shop) -> String {
    session.warning.set("now".to_owned());
    text(session.warning.get())
}

#[with_session]
async fn slow_show(session: &Shop, State(gate): State<Gate>) -> String {
    let shown = text(session.notice.get());
    gate.pass().await;
    shown
}

#[with_session]
async fn plain(session: &mut Shop) {
    session.visits += 1;
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

/// A store, a gate for slow handlers, and a browser with a session in which there is the message `hello`.
async fn world() -> (ScriptedStore, Gate, Browser) {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let app = Router::new()
        .route("/set/{message}", post(set))
        .route("/show/{status}", get(show))
        .route("/peek", get(peek))
        .route("/keep", get(keep))
        .route("/take", post(take))
        .route("/clear", post(clear))
        .route("/set-and-show", post(set_and_show))
        .route("/slow", get(slow_show))
        .route("/plain", post(plain))
        .route("/destroy", post(destroy))
        .with_state(gate.clone())
        .layer(Sessions::<Shop>::new(store.clone()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    browser.post("/set/hello").await;
    store.forget();
    (store, gate, browser)
}

#[tokio::test]
async fn a_message_is_shown_once_also_through_a_shared_reference() {
    let (store, _, mut browser) = world().await;
    browser.post("/plain").await; // a page that does not show it does not lose it
    store.forget();
    assert_eq!(browser.get("/show/200").await.body, "hello");
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
    store.forget();
    assert_eq!(browser.get("/show/200").await.body, "-");
    assert_eq!(store.calls(), [Op::Load], "there is nothing to take away any more");
}

#[tokio::test]
async fn a_message_survives_a_5xx_and_nothing_less() {
    for status in [500, 503] {
        let (_, _, mut browser) = world().await;
        assert_eq!(browser.get(&format!("/show/{status}")).await.body, "hello");
        assert_eq!(browser.get("/show/404").await.body, "hello", "after a {status} it is still there");
        assert_eq!(browser.get("/show/200").await.body, "-", "after a 404 it is not");
    }
}

#[tokio::test]
async fn peeking_and_keeping_leave_it_for_the_next_page() {
    let (store, _, mut browser) = world().await;
    for target in ["/peek", "/keep", "/peek", "/keep"] {
        assert_eq!(browser.get(target).await.body, "hello", "{target}");
    }
    assert!(!store.calls().contains(&Op::Update));
    assert_eq!(browser.post("/take").await.body, "hello");
    assert_eq!(browser.get("/peek").await.body, "-");
    browser.post("/set/again").await;
    browser.post("/clear").await;
    assert_eq!(browser.get("/peek").await.body, "-");
}

#[tokio::test]
async fn a_message_of_the_same_text_is_another_message() {
    let (_, _, mut browser) = world().await;
    browser.get("/show/200").await;
    browser.post("/set/hello").await;
    assert_eq!(browser.get("/show/200").await.body, "hello");
}

#[tokio::test]
async fn a_message_that_was_set_and_shown_in_one_request_is_not_stored() {
    let (store, _, browser) = world().await;
    let mut visitor = browser.clone();
    visitor.plant("__Host-id=");
    assert_eq!(visitor.post("/set-and-show").await.body, "now");
    assert_eq!((store.calls(), store.len()), (vec![], 1));
}

#[tokio::test]
async fn a_message_that_was_set_meanwhile_stays() {
    for newer in ["newer", "hello"] {
        let (_, gate, mut browser) = world().await;
        let mut reader = browser.clone();
        let running = tokio::spawn(async move { reader.get("/slow").await });
        gate.reached().await;
        browser.post(&format!("/set/{newer}")).await;
        gate.open();
        assert_eq!(patiently("the reader", running).await.unwrap().body, "hello");
        assert_eq!(browser.get("/show/200").await.body, newer, "only what was shown is taken away");
        assert_eq!(browser.get("/show/200").await.body, "-");
    }
}

#[tokio::test]
async fn two_parallel_readers_may_both_show_it_and_then_it_is_gone() {
    let (_, gate, mut browser) = world().await;
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let mut reader = browser.clone();
            tokio::spawn(async move { reader.get("/slow").await })
        })
        .collect();
    for _ in 0..2 {
        gate.reached().await;
    }
    for reader in readers {
        gate.open();
        let reply = patiently("a reader", reader).await.unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (200, "hello"));
    }
    assert_eq!(browser.get("/show/200").await.body, "-");
}

#[tokio::test]
async fn a_reader_whose_session_ended_meanwhile_still_gets_its_page() {
    let (store, gate, mut browser) = world().await;
    let mut reader = browser.clone();
    let running = tokio::spawn(async move { reader.get("/slow").await });
    gate.reached().await;
    browser.post("/destroy").await;
    gate.open();
    let reply = patiently("the reader", running).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str(), reply.set_cookies().len()), (200, "hello", 0));
    assert_eq!(store.len(), 0);
}
