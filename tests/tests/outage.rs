//! A store that fails or hangs, and an application that is put together wrongly: nobody reads a default where there may be
//! a session, nothing half done is called a success, and no internal text leaves the server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{
    Error, MemoryStore, Refused, Session, Sessions, SessionsBuilder, Unavailable, session, with_session,
};
use session_tests::{Browser, Moment, Op, Reply, Request, ScriptedStore, logs, patiently, serve};
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
    #[session(merge = reject)]
    name: String,
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

/// As `note`, but with what failed as the response's status.
async fn save(handle: Session<Shop>) -> Result<(), Error> {
    handle.update(|shop| shop.note.push('s'));
    handle.save().await
}

#[with_session]
async fn propagate(session: Result<&Shop, Unavailable>) -> Result<String, Unavailable> {
    Ok(format!("{:?}", session?.user))
}

#[with_session(require = restricted)]
async fn guarded(session: &Shop) -> String {
    session.note.clone()
}

#[with_session]
async fn rename(session: &mut Shop, body: String) {
    session.name = body;
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
        .route("/save", post(save))
        .route("/propagate", get(propagate))
        .route("/guarded", get(guarded))
        .route("/rename", post(rename))
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

/// A world whose statuses are the application's own.
async fn own_statuses() -> (ScriptedStore, Browser) {
    async fn explain(response: Response) -> Response {
        let Some(refused) = response.extensions().get::<Refused>() else { return response };
        (response.status(), format!("our page of {}", refused.status())).into_response()
    }
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::builder(store.clone())
        .status_when_gone(410)
        .status_on_conflict(412)
        .status_when_unavailable(504);
    let app = routes().layer(sessions.build().unwrap()).layer(map_response(explain));
    let mut browser = Browser::new(serve(app).await);
    browser.post("/login").await;
    (store, browser)
}

fn answer(reply: &Reply) -> (u16, &str) {
    assert_eq!(reply.set_cookies().len(), 0, "{reply:?}");
    (reply.status, &reply.body)
}

#[tokio::test]
async fn s67_s68_an_outage_has_the_status_that_the_application_chose() {
    let (store, mut browser) = own_statuses().await;
    store.fail(&[Op::Update]);
    assert_eq!(answer(&browser.post("/note").await), (504, "our page of 504"));
    assert_eq!(answer(&browser.post("/save").await), (504, "our page of 504"), "the handler returned it");
    store.fail(&[Op::Load]);
    for target in ["/read", "/maybe", "/guarded"] {
        assert_eq!(answer(&browser.get(target).await), (504, "our page of 504"), "{target}");
    }
    assert_eq!(answer(&browser.get("/propagate").await), (504, "our page of 504"));
    assert_eq!(answer(&browser.get("/attempt").await), (200, "the session is unavailable"));
    store.recover();
    assert_eq!(browser.get("/read").await.body, ANN);
}

#[tokio::test]
async fn s67_a_session_that_is_gone_has_the_status_that_the_application_chose() {
    let (_, mut browser) = own_statuses().await;
    let late = browser.clone();
    browser.post("/destroy").await;
    assert_eq!(answer(&late.clone().post("/note").await), (410, "our page of 410"));
    assert_eq!(answer(&late.clone().post("/save").await), (410, "our page of 410"));
}

#[tokio::test]
async fn s67_a_conflict_has_the_status_that_the_application_chose() {
    let (store, browser) = own_statuses().await;
    let gate = store.pause(Moment::Before(Op::Update));
    let running = tokio::spawn({
        let mut browser = browser.clone();
        async move { browser.send(Request::post("/rename").body("ours")).await }
    });
    gate.reached().await;
    assert_eq!(browser.clone().send(Request::post("/rename").body("theirs")).await.status, 200);
    gate.open();
    let reply = patiently("the later request", running).await.unwrap();
    assert_eq!(answer(&reply), (412, "our page of 412"));
}

#[tokio::test]
async fn s67_no_status_says_something_else_than_it_is_for() {
    let with = |change: fn(SessionsBuilder<Shop>) -> SessionsBuilder<Shop>| {
        change(Sessions::<Shop>::builder(MemoryStore::new())).build()
    };
    for refused in [
        with(|builder| builder.status_when_gone(200)),
        with(|builder| builder.status_when_gone(503)),
        with(|builder| builder.status_on_conflict(302)),
        with(|builder| builder.status_when_unavailable(404)),
        with(|builder| builder.status_when_unavailable(200)),
    ] {
        assert!(refused.unwrap_err().is_config());
    }
    assert!(with(|builder| builder.status_when_gone(401).status_on_conflict(499)).is_ok());
}
