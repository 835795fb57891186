//! What is told of renewals, of requests that may be forged, of plain http, and of cookies that are not sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request as HttpRequest};
use axum::http::StatusCode;
use axum::middleware::map_request;
use axum::routing::{get, post};
use axum::{Extension, Router};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::observe::Counters;
use session_runtime::store::Store as _;
use session_runtime::{Error, OverHttps, Session, Sessions, session, with_session};
use session_tests::observed::Told;
use session_tests::{Browser, Op, Reply, Request, ScriptedStore, logs, patiently, serve};

use super::Both;

#[session(csrf, require_https, renew = "10m", grace = "1m")]
pub(super) struct Desk {
    #[session(owner)]
    user: Option<String>,
    name: String,
}

#[with_session]
async fn page(session: &Desk, handle: Session<Desk>) -> Result<String, Error> {
    assert!(session.name.len() < 99);
    Ok(handle.csrf_token()?.into())
}

#[with_session]
async fn read(session: &Desk) -> String {
    session.name.clone()
}

#[with_session(csrf = false)]
async fn login(session: &mut Desk) {
    session.user = Some("ann".to_owned());
}

#[with_session]
async fn rename(session: &mut Desk, name: String) {
    session.name = name;
}

#[with_session]
async fn late(session: &Desk, handle: Session<Desk>) -> Result<String, Error> {
    assert!(session.user.is_some());
    let token = handle.csrf_token()?;
    handle.rotate();
    Ok(token.into())
}

/// Its form has no token at all, or a wrong one.
#[with_session(csrf = form)]
async fn careless(session: &mut Desk, handle: Session<Desk>, Path(deed): Path<String>) -> StatusCode {
    match &*deed {
        "rename" => "eve".clone_into(&mut session.name),
        "destroy" => handle.destroy(),
        "destroy-and-panic" => {
            handle.destroy();
            panic!("as the test asked");
        }
        _ => {
            assert!(handle.verify_csrf("no token").is_err());
            return StatusCode::UNPROCESSABLE_ENTITY;
        }
    }
    StatusCode::OK
}

/// Saves, and its session ends before it returns.
#[with_session(csrf = false)]
async fn overtaken(
    session: &Desk,
    handle: Session<Desk>,
    store: Extension<ScriptedStore>,
    sessions: Extension<Sessions<Desk>>,
) {
    assert!(session.user.is_some());
    handle.rotate();
    handle.save().await.unwrap();
    let key = sessions.key(&handle.token().unwrap());
    store.delete(&key, Timestamp::from_millis(u64::MAX)).await.unwrap();
}

struct World {
    clock: Arc<ManualClock>,
    counters: Arc<Counters>,
    told: Told,
    store: ScriptedStore,
    server: SocketAddr,
}

/// The header says it here; of what a request says of itself nothing is believed elsewhere.
async fn with_scheme(mut request: HttpRequest) -> HttpRequest {
    if !request.headers().contains_key("x-plain") {
        request.extensions_mut().insert(OverHttps);
    }
    request
}

impl World {
    async fn new() -> Self {
        let store = ScriptedStore::new();
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_795_225_026_123)));
        let (counters, told) = (Arc::new(Counters::default()), Told::default());
        let sessions = Sessions::<Desk>::builder(store.clone())
            .clock(Arc::clone(&clock))
            .observer(Both(Arc::clone(&counters), told.clone()))
            .build()
            .unwrap();
        let app = Router::new()
            .route("/", get(read))
            .route("/page", get(page))
            .route("/login", post(login))
            .route("/rename", post(rename))
            .route("/late", post(late))
            .route("/careless/{deed}", post(careless))
            .route("/overtaken", post(overtaken))
            .layer(sessions.clone())
            .layer(Extension(sessions))
            .layer(Extension(store.clone()))
            .layer(map_request(with_scheme));
        Self { clock, counters, told, store, server: serve(app).await }
    }

    /// A browser with somebody logged in, of which nothing was told yet.
    async fn desk(&self) -> Browser {
        let mut browser = Browser::new(self.server);
        assert_eq!(browser.post("/login").await.status, 200);
        self.told.take();
        browser
    }

    /// Events as `{:?}` shows them.
    fn told(&self) -> Vec<String> {
        self.told.take().into_iter().map(|told| told.what).collect()
    }
}

async fn post_with(browser: &mut Browser, target: &str, token: &str) -> Reply {
    let request = Request::post(target).line(format!("x-csrf-token: {token}")).body("bob");
    browser.send(request).await
}

#[tokio::test]
async fn s65_t32_a_renewal_is_told_with_both_tags_and_the_old_id_after_its_grace_is_replayed() {
    logs::listen();
    let world = World::new().await;
    let mut browser = world.desk().await;
    let old = browser.cookie().unwrap();
    world.clock.advance(Duration::from_secs(600));
    browser.get("/").await;
    let told = world.told.take();
    assert_eq!(told[1].what, "Renewed { fields: 0, bytes: 0 }", "{told:?}");
    assert_eq!(told.len(), 2);
    assert!(told[1].tag.is_some() && told[1].new_tag.is_some() && told[1].tag != told[1].new_tag);

    // within the grace it is the session, under its new tag
    Request::get("/").cookie(&old).send(world.server).await;
    let reached = world.told.take();
    assert!(reached[0].what.starts_with("Loaded"), "{reached:?}");
    assert_eq!(reached[0].tag, told[1].new_tag);

    world.clock.advance(Duration::from_secs(60));
    Request::get("/").cookie(&old).send(world.server).await;
    let replayed = world.told.take();
    assert_eq!((replayed[0].what.as_str(), replayed.len()), ("Replayed { rotated: true }", 1));
    assert_eq!(replayed[0].tag, told[1].tag, "it is found by the tag that it had");
    let counts = world.counters.snapshot();
    assert_eq!((counts.renewed, counts.rotated, counts.replayed), (1, 0, 1));
    assert_eq!(logs::count("renewed"), 1);
    assert_eq!(logs::count("replayed_id"), 1);
}

#[tokio::test]
async fn s65_t32_the_id_of_a_session_that_has_ended_is_told_from_one_that_was_rotated_away() {
    let world = World::new().await;
    let mut browser = world.desk().await;
    let cookie = browser.cookie().unwrap();
    let token = browser.get("/page").await.body;
    post_with(&mut browser, "/late", &token).await;
    world.told.take();
    Request::get("/").cookie(&cookie).send(world.server).await;
    assert_eq!(world.told(), ["Replayed { rotated: true }"]);
    let ended = World::new().await;
    let cookie = ended.desk().await.cookie().unwrap();
    for key in ended.store.keys() {
        ended.store.delete(&key, Timestamp::from_millis(u64::MAX)).await.unwrap();
    }
    Request::get("/").cookie(&cookie).send(ended.server).await;
    assert_eq!(ended.told(), ["Replayed { rotated: false }"]);
}

#[tokio::test]
async fn s65_a_renewal_that_fails_is_told_and_the_request_is_not() {
    let world = World::new().await;
    let mut browser = world.desk().await;
    world.clock.advance(Duration::from_secs(600));
    world.store.fail(&[Op::Rotate]);
    assert_eq!(browser.get("/").await.status, 200);
    assert_eq!(world.told.names(), ["Loaded", "RenewalFailed"]);
    assert_eq!(world.counters.snapshot().renewals_failed, 1);
}

#[tokio::test]
async fn s65_s28_requests_that_may_be_forged_are_told_and_counted() {
    logs::listen();
    let world = World::new().await;
    let mut browser = world.desk().await;
    for (line, why) in
        [("x-other: 1", "its header has no token"), ("sec-fetch-site: cross-site", "another site")]
    {
        let reply = browser.send(Request::post("/rename").line(line).body("eve")).await;
        assert_eq!(reply.status, 403);
        let told = world.told();
        let [.., refused] = &told[..] else { panic!("{told:?}") };
        assert!(refused.starts_with("CsrfRefused") && refused.contains(why), "{told:?}");
    }
    assert_eq!(browser.post("/careless/verify").await.status, 422);
    assert_eq!(world.told.names(), ["Loaded", "CsrfRefused"]);

    // what such a request did is dropped, and that is told even where its own failure would have hidden it
    for (deed, status, told) in [
        ("rename", 403, &["Loaded", "Unproved { destroys: false }", "Refused"][..]),
        ("destroy", 403, &["Loaded", "Unproved { destroys: true }", "Refused"]),
    ] {
        assert_eq!(browser.post(&format!("/careless/{deed}")).await.status, status);
        let heard = world.told();
        assert_eq!(heard.len(), told.len(), "{heard:?}");
        assert!(heard.iter().zip(told).all(|(heard, told)| heard.starts_with(told)), "{heard:?}");
    }
    let request = browser.prepare(Request::post("/careless/destroy-and-panic"));
    let server = world.server;
    let panicking = tokio::spawn(async move { request.send(server).await });
    assert!(patiently("the panic", panicking).await.is_err(), "a panic takes its connection along");
    let told = async {
        while world.counters.snapshot().unproved < 3 {
            tokio::task::yield_now().await;
        }
    };
    patiently("what became of the panic", told).await;
    assert_eq!(world.told(), ["Loaded { bytes: 15 }", "Unproved { destroys: true }"]);
    assert_eq!(world.store.len(), 1, "it is still there");

    let token = browser.get("/page").await.body;
    world.told.take();
    assert_eq!(post_with(&mut browser, "/late", &token).await.status, 200);
    assert_eq!(world.told.names(), ["Loaded", "Rotated", "CsrfOutdated"]);
    let counts = world.counters.snapshot();
    assert_eq!((counts.csrf_refused, counts.csrf_outdated, counts.unproved), (3, 1, 3));
    for (event, times) in [("csrf_refused", 3), ("csrf_outdated", 1)] {
        assert_eq!(logs::count(event), times, "{event}");
    }
    assert!(!logs::heard().contains(&token), "a token is as good as a key");
}

#[tokio::test]
async fn s65_s47_a_request_over_plain_http_is_told_once() {
    let world = World::new().await;
    let mut browser = world.desk().await;
    assert_eq!(browser.send(Request::get("/").line("x-plain: 1")).await.status, 200);
    assert_eq!(world.told.names(), ["Insecure"]);
    assert_eq!(browser.send(Request::post("/login").line("x-plain: 1")).await.status, 403);
    let told = world.told();
    assert_eq!((told[0].as_str(), told.len()), ("Insecure", 2), "{told:?}");
    assert!(told[1].starts_with("Refused") && told[1].contains("nsecure"), "{told:?}");
    assert_eq!(world.counters.snapshot().insecure, 2);
}

#[tokio::test]
async fn s65_t2_a_cookie_that_is_not_sent_because_its_session_has_ended_is_told() {
    let world = World::new().await;
    let mut browser = world.desk().await;
    let reply = browser.post("/overtaken").await;
    assert_eq!((reply.status, reply.pair()), (200, None));
    let told = world.told.take();
    let names: Vec<_> = told.iter().map(|told| told.what.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(names, ["Loaded", "Rotated", "CookieDropped"]);
    assert_eq!(told[2].tag, told[1].new_tag);
    assert_eq!(world.counters.snapshot().cookies_dropped, 1);
}
