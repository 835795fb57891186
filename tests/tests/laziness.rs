//! What a request costs the store: nothing unless it asks, one load if it does, one write if something changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request as HttpRequest;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Extra, Flash, Session, Sessions, session, with_session};
use session_tests::{Browser, Op, ScriptedStore, logs, serve, wire::is_removal};
use tower::ServiceExt as _;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    name: String,
    sizes: Vec<u32>,
}

#[session]
struct Shop {
    name: String,
    cart: Vec<Item>,
    notice: Flash<String>,
    #[session(extra)]
    extra: Extra,
    #[session(skip)]
    scratch: u32,
}

#[session(within = Shop)]
struct Wizard {
    step: u32,
}

#[with_session]
async fn read(session: &Shop) -> String {
    session.name.clone()
}

#[with_session]
async fn maybe(session: Option<&Shop>) -> String {
    session.is_some().to_string()
}

#[with_session]
async fn attempt(session: Result<&Shop, session_runtime::Unavailable>) -> String {
    session.is_ok().to_string()
}

#[with_session]
async fn equal(session: &mut Shop, wizard: Session<Wizard>) {
    session.name = session.name.clone();
    session.cart = session.cart.clone();
    session.cart.retain(|_| true);
    wizard.update(|wizard| wizard.step *= 1);
}

#[with_session]
async fn back_again(session: &mut Shop) {
    session.name.push('!');
    session.cart.push(Item { name: String::new(), sizes: vec![] });
    session.name.pop();
    session.cart.pop();
}

#[with_session]
async fn scratch(session: &mut Shop) {
    session.scratch += 1;
}

#[with_session]
async fn fill(session: &mut Shop) {
    session.name = "ann".into();
    session.cart = vec![Item { name: "sock".to_owned(), sizes: vec![40] }];
}

#[with_session]
async fn nested(session: &mut Shop) {
    for item in &mut session.cart {
        item.sizes.push(41);
    }
}

#[with_session]
async fn sizes(session: &Shop) -> String {
    format!("{:?}", session.cart.first().map(|item| &item.sizes))
}

#[with_session]
async fn joint(session: &mut Shop, wizard: Session<Wizard>, again: Session<Shop>) {
    session.name.push('+');
    session.notice.set("hi".to_owned());
    session.extra.set("seen", 1).unwrap();
    wizard.update(|wizard| wizard.step += 1);
    again.update(|shop| shop.cart.clear());
}

async fn save_unchanged(handle: Session<Shop>) {
    handle.save().await.unwrap();
}

async fn handle_only(_: Session<Shop>, _: Session<Wizard>) {}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

async fn authenticated(handle: Session<Shop>) {
    handle.authenticated();
}

fn app(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/plain", get(async || "plain"))
        .route("/read", get(read))
        .route("/maybe", get(maybe))
        .route("/attempt", get(attempt))
        .route("/handle", get(handle_only))
        .route("/sizes", get(sizes))
        .route("/equal", post(equal))
        .route("/back-again", post(back_again))
        .route("/scratch", post(scratch))
        .route("/fill", post(fill))
        .route("/nested", post(nested))
        .route("/joint", post(joint))
        .route("/save", post(save_unchanged))
        .route("/destroy", post(destroy))
        .route("/rotate", post(rotate))
        .route("/authenticated", post(authenticated))
        .layer(sessions.with::<Wizard>().unwrap())
}

struct World {
    store: ScriptedStore,
    clock: Arc<ManualClock>,
    /// Has no session.
    visitor: Browser,
    /// Has one: [`fill`].
    browser: Browser,
}

async fn world() -> World {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let visitor = Browser::new(serve(app(sessions)).await);
    let mut browser = visitor.clone();
    assert!(browser.post("/fill").await.pair().is_some());
    assert_eq!(store.calls(), [Op::Create], "one write makes a session");
    store.forget();
    World { store, clock, visitor, browser }
}

const READS: [&str; 5] = ["/read", "/maybe", "/attempt", "/handle", "/sizes"];
const CHANGELESS: [&str; 4] = ["/equal", "/back-again", "/scratch", "/save"];

#[tokio::test]
async fn s26_an_untouched_handler_makes_no_store_call() {
    let mut world = world().await;
    world.store.fail(&Op::ALL); // EM-18: a store that is down concerns only those who ask it
    for mut browser in [world.visitor.clone(), world.browser] {
        let reply = browser.get("/plain").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "plain"));
        assert_eq!((reply.set_cookies().len(), reply.value("vary")), (0, None));
    }
    assert_eq!(world.visitor.get("/read").await.status, 200, "an anonymous reader has nothing to load");
    assert_eq!(world.store.calls(), []);
}

/// MP-5.
#[tokio::test]
async fn a_reader_makes_one_load_and_no_write() {
    let World { store, mut browser, .. } = world().await;
    for target in READS {
        store.forget();
        let reply = browser.get(target).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{target}");
        assert_eq!(store.calls(), [Op::Load], "{target}");
    }
}

/// MP-4.
#[tokio::test]
async fn s26_mp8_an_anonymous_reader_leaves_no_record_and_gets_no_cookie() {
    let World { store, visitor, .. } = world().await;
    let reads = READS.map(|target| ("GET", target));
    let writes = CHANGELESS.map(|target| ("POST", target));
    let intents = ["/destroy", "/rotate", "/authenticated"].map(|target| ("POST", target));
    for (method, target) in reads.into_iter().chain(writes).chain(intents) {
        let reply = visitor.clone().send(session_tests::Request::new(method, target)).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{target}");
        assert_eq!((store.calls(), store.len()), (vec![], 1), "{target}");
    }
}

#[tokio::test]
async fn an_equal_value_is_no_change_and_a_nested_one_is() {
    let World { store, mut browser, .. } = world().await;
    for target in CHANGELESS {
        store.forget();
        assert_eq!(browser.post(target).await.set_cookies(), Vec::<&str>::new(), "{target}");
        assert_eq!(store.calls(), [Op::Load], "{target}");
    }
    store.forget();
    browser.post("/nested").await;
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
    assert_eq!(browser.get("/sizes").await.body, "Some([40, 41])");
}

#[tokio::test]
async fn all_values_and_handles_of_a_request_share_one_load_and_one_write() {
    let World { store, mut browser, .. } = world().await;
    browser.post("/joint").await;
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
    assert_eq!(browser.get("/read").await.body, "ann+");
    assert_eq!(browser.get("/sizes").await.body, "None");
}

#[tokio::test]
async fn t33_activity_is_a_touch_that_carries_no_data_and_only_now_and_then() {
    let World { store, clock, mut browser, .. } = world().await;
    let minute = Duration::from_secs(60);
    clock.advance(Duration::from_millis(6 * 60 * 1000 - 1));
    browser.get("/read").await;
    assert_eq!(store.calls(), [Op::Load], "less than a tenth of the idle hour");
    for target in ["/read", "/handle"] {
        clock.advance(6 * minute);
        store.forget();
        let reply = browser.get(target).await;
        assert_eq!(store.calls(), [Op::Load, Op::Touch], "{target}");
        assert_eq!(reply.set_cookies(), Vec::<&str>::new());
        store.forget();
        browser.get(target).await;
        assert_eq!(store.calls(), [Op::Load], "{target}: recorded a moment ago");
    }
    // a write records it as well
    clock.advance(6 * minute);
    store.forget();
    browser.post("/joint").await;
    browser.get("/read").await;
    assert_eq!(store.calls(), [Op::Load, Op::Update, Op::Load]);
}

/// A well-formed id that nobody issued.
fn made_up(number: u32) -> String {
    format!("__Host-id={number:08}{}", "x".repeat(34) + "A")
}

#[tokio::test]
async fn t5_s7_ten_thousand_unknown_ids_make_no_record_and_get_no_id() {
    let store = ScriptedStore::new();
    let app = app(Sessions::<Shop>::new(store.clone()).unwrap());
    logs::listen();
    let targets = ["GET /read", "POST /destroy", "POST /rotate", "POST /save", "POST /equal"];
    for (number, target) in (0..10_000).zip(targets.into_iter().cycle()) {
        let (method, path) = target.split_once(' ').unwrap();
        let request = HttpRequest::builder().method(method).uri(path).header(COOKIE, made_up(number));
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let lines: Vec<_> =
            response.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        assert!(lines.iter().all(|line| is_removal(line)), "{target}: {lines:?}");
        assert_eq!(lines.len(), usize::from(path == "/destroy"), "{target}");
    }
    assert_eq!(store.len(), 0);
    assert!(store.calls().iter().all(|op| *op == Op::Load));
    assert_eq!(store.calls().len(), 10_000, "every id was well formed");
    assert_eq!(logs::count("unknown_id"), 10_000);
}
