//! A store that fails or hangs, and an application that is put together wrongly: nobody reads a default where there may be
//! a session, nothing half done is called a success, and no internal text leaves the server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{MemoryStore, Session, Sessions, Unavailable, session, with_session};
use session_tests::{Browser, Op, Reply, ScriptedStore, logs, serve};
use tokio::time::Instant;
use tower::ServiceExt as _;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(privileged)]
    restricted: bool,
    note: String,
    ratio: f64,
}

#[session(within = Shop)]
struct Wizard {
    step: u32,
}

#[with_session]
async fn read(session: &Shop) -> String {
    format!("{:?} restricted={} {} {}", session.user, session.restricted, session.note, session.ratio)
}

#[with_session]
async fn maybe(session: Option<&Shop>) -> String {
    session.is_some().to_string()
}

#[with_session]
async fn attempt(session: Result<&Shop, Unavailable>) -> String {
    session.map_or_else(|unavailable| unavailable.to_string(), |shop| format!("{:?}", shop.user))
}

#[with_session]
async fn note(session: &mut Shop) -> impl IntoResponse {
    session.note.push('n');
    ([("x-handler", "ran")], "handler's own body")
}

#[with_session]
async fn login(session: &mut Shop) {
    session.user = Some("ann".to_owned());
    session.restricted = true;
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

#[with_session]
async fn nan(session: &mut Shop) {
    session.ratio = f64::NAN;
    session.note = "beside".into();
}

#[with_session]
async fn nan_and_release(session: &mut Shop) {
    session.ratio = f64::INFINITY;
    session.restricted = false;
}

#[with_session]
async fn wizard(session: &mut Wizard) {
    session.step += 1;
}

fn routes() -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/maybe", get(maybe))
        .route("/attempt", get(attempt))
        .route("/note", post(note))
        .route("/login", post(login))
        .route("/destroy", post(destroy))
        .route("/nan", post(nan))
        .route("/nan-and-release", post(nan_and_release))
        .route("/wizard", post(wizard))
}

const ANN: &str = "Some(\"ann\") restricted=true  0";

/// A store, and a browser logged in as ann.
async fn world() -> (ScriptedStore, Browser) {
    let store = ScriptedStore::new();
    let mut browser =
        Browser::new(serve(routes().layer(Sessions::<Shop>::new(store.clone()).unwrap())).await);
    assert!(browser.post("/login").await.pair().is_some());
    assert_eq!(browser.get("/read").await.body, ANN);
    store.forget();
    (store, browser)
}

/// The response says that it failed, and nothing else.
fn assert_bare(reply: &Reply, status: u16) {
    assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{reply:?}");
    assert_eq!((reply.set_cookies().len(), reply.value("x-handler")), (0, None));
    assert!(!reply.text().contains("scripted"));
}

/// MP-27.
#[tokio::test]
async fn t38_s67_a_store_that_is_down_is_not_an_absent_session() {
    let (store, mut browser) = world().await;
    store.fail(&[Op::Load]);
    logs::listen();
    for target in ["/read", "/maybe"] {
        assert_bare(&browser.get(target).await, 503);
    }
    for target in ["/note", "/login", "/destroy"] {
        assert_bare(&browser.post(target).await, 503);
    }
    assert_eq!(store.calls(), [Op::Load; 5], "no handler ran");
    assert!(logs::heard().contains("event=\"unavailable\""));

    let reply = browser.get("/attempt").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "the session is unavailable"));
    assert_eq!(reply.set_cookies(), Vec::<&str>::new());
    store.recover();
    assert_eq!(browser.get("/attempt").await.body, "Some(\"ann\")");
}

/// MP-27.
#[tokio::test]
async fn s67_a_write_that_fails_replaces_the_answer_and_leaves_the_record() {
    let (store, mut browser) = world().await;
    store.fail(&[Op::Update, Op::Create, Op::Rotate, Op::Delete]);
    assert_bare(&browser.post("/note").await, 503);
    assert_bare(&browser.clone().post("/destroy").await, 503);
    let mut visitor = browser.clone();
    visitor.plant("__Host-id=");
    assert_bare(&visitor.post("/note").await, 503);
    assert_bare(&visitor.post("/login").await, 503);
    store.recover();
    assert_eq!(
        browser.get("/read").await.body,
        ANN,
        "a logout that failed did not happen, and was not said to have"
    );
    assert_eq!(store.len(), 1);
    assert_eq!(browser.post("/note").await.value("x-handler"), Some("ran"));
}

#[tokio::test]
async fn s68_activity_that_cannot_be_recorded_does_not_fail_a_reader() {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let mut browser = Browser::new(serve(routes().layer(sessions)).await);
    browser.post("/login").await;
    clock.advance(Duration::from_secs(30 * 60));
    store.fail(&[Op::Touch]);
    store.forget();
    let reply = browser.get("/read").await;
    assert_eq!((reply.status, reply.body.as_str(), store.calls()), (200, ANN, vec![Op::Load, Op::Touch]));
}

/// Status, `Set-Cookie` lines and body, without a socket: so that tokio's paused time passes by itself.
async fn ask(app: &Router, method: &str, target: &str, cookie: &str) -> (u16, usize, String) {
    let request =
        HttpRequest::builder().method(method).uri(target).header(COOKIE, cookie).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, cookies) =
        (response.status().as_u16(), response.headers().get_all(SET_COOKIE).iter().count());
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, cookies, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn s68_a_hanging_store_is_given_up_within_the_timeout() {
    for (op, method, target, status, body) in [
        (Op::Load, "GET", "/read", 503, ""),
        (Op::Load, "GET", "/attempt", 200, "the session is unavailable"),
        (Op::Update, "POST", "/note", 503, ""),
        (Op::Rotate, "POST", "/login", 503, ""),
        (Op::Delete, "POST", "/destroy", 503, ""),
    ] {
        let store = ScriptedStore::new();
        let timeout = Duration::from_millis(700);
        let sessions = Sessions::<Shop>::builder(store.clone()).store_timeout(timeout).build().unwrap();
        let issued = sessions.issue(Shop { note: "old".to_owned(), ..Shop::default() }).await.unwrap();
        let app = routes().layer(sessions.clone());
        store.hang(&[op]);
        let begun = Instant::now();
        let answer = ask(&app, method, target, issued.cookie()).await;
        assert_eq!(answer, (status, 0, body.to_owned()), "{op:?}");
        assert_eq!(begun.elapsed().as_millis(), 700, "{op:?}");
        store.recover();
        assert_eq!(
            ask(&app, "GET", "/read", issued.cookie()).await.2,
            "None restricted=false old 0",
            "{op:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn s68_the_timeout_is_five_seconds_unless_said_otherwise_and_holds_for_new_sessions() {
    let store = ScriptedStore::new();
    let app = routes().layer(Sessions::<Shop>::new(store.clone()).unwrap());
    store.hang(&Op::ALL);
    let begun = Instant::now();
    assert_eq!(ask(&app, "POST", "/note", "").await, (503, 0, String::new()));
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_is_a_500_that_names_the_field_in_the_log() {
    let (store, mut browser) = world().await;
    logs::listen();
    assert_bare(&browser.post("/nan").await, 500);
    assert!(logs::heard().contains("`ratio`"), "{}", logs::heard());
    assert_eq!(store.calls(), [Op::Load], "nothing was half stored");
    assert_eq!(browser.get("/read").await.body, ANN);
    assert_bare(&Browser::clone(&visitor_of(&browser)).post("/nan").await, 500);
    assert_eq!(store.len(), 1);
}

/// A browser at the same server, without a session.
fn visitor_of(browser: &Browser) -> Browser {
    let mut visitor = browser.clone();
    visitor.plant("__Host-id=");
    visitor
}

#[tokio::test]
async fn a_privilege_that_was_given_up_beside_such_a_value_is_given_up() {
    let (store, mut browser) = world().await;
    let before = browser.clone();
    let reply = browser.post("/nan-and-release").await;
    assert_eq!(reply.status, 500);
    assert!(reply.pair().is_some());
    assert_eq!(browser.get("/read").await.body, "Some(\"ann\") restricted=false  0");
    assert_eq!(before.clone().get("/maybe").await.body, "false");
    assert_eq!(store.len(), 1);
}

/// EM-2, MD-17.
#[tokio::test]
async fn a_missing_layer_is_a_500_and_the_log_says_what_to_write() {
    let mut browser = Browser::new(serve(routes()).await);
    for target in ["/read", "/maybe", "/attempt"] {
        logs::listen();
        assert_bare(&browser.get(target).await, 500);
        let heard = logs::heard();
        assert!(heard.contains("missing_layer") && heard.contains("Shop"), "{target}: {heard}");
        assert!(heard.contains(".layer(Sessions::<..>::new(store)?)"), "{target}: {heard}");
    }
}

#[tokio::test]
async fn an_unregistered_section_is_a_500_and_the_log_says_what_to_write() {
    let (store, mut browser) = world().await;
    logs::listen();
    assert_bare(&browser.post("/wizard").await, 500);
    let heard = logs::heard();
    assert!(
        heard.contains("unregistered_section")
            && heard.contains("Wizard")
            && heard.contains(".with::<Wizard>()?"),
        "{heard}"
    );
    assert_eq!(store.calls(), [], "it is not even loaded");
    let registered = Sessions::<Shop>::new(MemoryStore::new()).unwrap().with::<Wizard>().unwrap();
    assert!(Browser::new(serve(routes().layer(registered)).await).post("/wizard").await.pair().is_some());
}
