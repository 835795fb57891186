//! What one client can take: bytes per session, sessions per store, and none of it by sending garbage (S6, S72, T29).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::{Extra, MemoryStore, Session, Sessions, session, with_session};
use session_tests::{Browser, Moment, Op, Request, ScriptedStore, logs, serve};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(privileged)]
    admin: bool,
    small: String,
    query: String,
    #[session(merge = append)]
    searches: Vec<String>,
    #[session(extra)]
    extra: Extra,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |s| {
        format!("{} {} {}", s.query.len(), s.searches.len(), s.extra.len())
    })
}

/// Keeps what the client sent.
#[with_session]
async fn keep(session: &mut Shop, body: String) {
    session.query = body;
    session.small = "x".into();
}

/// Keeps everything that clients ever sent.
#[with_session]
async fn append(session: &mut Shop, body: String) {
    session.searches.push(body);
}

/// One more key for each thing that a client names.
#[with_session]
async fn dictionary(session: &mut Shop, body: String) -> String {
    session.extra.set(body, true).map_or_else(|error| error.to_string(), |()| String::new())
}

#[with_session]
async fn login(session: &mut Shop, body: String) {
    session.user = Some(body);
}

#[with_session]
async fn shrink(session: &mut Shop) {
    session.query.truncate(1);
}

/// Puts more in than it takes out.
async fn take(handle: Session<Shop>, body: String) -> Result<(), String> {
    let swap = |shop: &mut Shop| {
        shop.query.clone_from(&body);
        Some(())
    };
    handle.take_once(swap).await.map(drop).map_err(|error| format!("too large: {}", error.is_too_large()))
}

#[with_session]
async fn resign(session: &mut Shop) {
    session.admin = false;
}

fn routes() -> Router {
    Router::new()
        .route("/", get(show))
        .route("/keep", post(keep))
        .route("/append", post(append))
        .route("/extra", post(dictionary))
        .route("/login", post(login))
        .route("/shrink", post(shrink))
        .route("/take", post(take))
        .route("/resign", post(resign))
}

async fn limited(bytes: usize) -> (ScriptedStore, SocketAddr) {
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::builder(store.clone()).max_bytes(bytes).build().unwrap();
    (store, serve(routes().layer(sessions)).await)
}

#[tokio::test]
async fn s72_a_session_that_would_be_too_large_is_refused_and_the_old_one_stays() {
    let (store, server) = limited(1000).await;
    let mut browser = Browser::new(server);
    assert_eq!(browser.send(Request::post("/keep").body("short")).await.status, 200);
    store.forget();
    logs::listen();
    let canary = "canary".repeat(200);
    let reply = browser.send(Request::post("/keep").body(&canary)).await;
    assert_eq!((reply.status, reply.body.as_str(), reply.set_cookies().len()), (500, "", 0));
    assert_eq!(store.calls(), [Op::Load]);
    let heard = logs::heard();
    assert!(
        heard.contains("`query`") && heard.contains("1000"),
        "the log names the field and the limit: {heard}"
    );
    assert!(!heard.contains("canary"), "and not the value");
    assert_eq!(browser.get("/").await.body, "5 0 0");
}

#[tokio::test]
async fn s72_the_limit_is_a_sharp_line_and_counts_keys_and_values() {
    let (_, server) = limited(200).await;
    let mut statuses = Vec::new();
    for length in 150..200 {
        statuses
            .push(Browser::new(server).send(Request::post("/keep").body("q".repeat(length))).await.status);
    }
    let fit = statuses.iter().take_while(|status| **status == 200).count();
    assert!(fit > 0 && fit < statuses.len(), "{statuses:?}");
    assert!(statuses[fit..].iter().all(|status| *status == 500), "{statuses:?}");
    let largest = (150 + fit - 1) + "query\"\"".len() + "small\"x\"".len();
    assert!(
        (180..=200).contains(&largest),
        "the largest that fits has {largest} bytes, and a little for its framing"
    );
}

#[tokio::test]
async fn t29_a_session_that_grows_with_every_request_stops_growing() {
    let (store, server) = limited(2000).await;
    for target in ["/append", "/extra"] {
        let mut browser = Browser::new(server);
        let mut refused = 0;
        for number in 0..60 {
            let body = format!("{number:040}");
            refused += usize::from(browser.send(Request::post(target).body(body)).await.status == 500);
        }
        assert!((5..60).contains(&refused), "{target}: {refused} of 60 refused");
        assert_eq!(browser.get("/").await.status, 200, "what fitted is still there");
    }
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn t29_by_default_a_visitor_cannot_store_more_than_64_kib() {
    let store = ScriptedStore::new();
    let server = serve(routes().layer(Sessions::<Shop>::new(store.clone()).unwrap())).await;
    assert_eq!(Request::post("/keep").body("x".repeat(60_000)).send(server).await.status, 200);
    let reply = Request::post("/keep").body("x".repeat(70_000)).send(server).await;
    assert_eq!((reply.status, reply.set_cookies().len(), store.len()), (500, 0, 1));
}

#[tokio::test]
async fn s72_a_session_over_a_lowered_limit_can_still_shrink() {
    let store = MemoryStore::new();
    let old = Sessions::<Shop>::new(store.clone()).unwrap();
    let issued = old.issue(Shop { query: "x".repeat(500), ..Shop::default() }).await.unwrap();
    let lowered = Sessions::<Shop>::builder(store).max_bytes(100).build().unwrap();
    let server = serve(routes().layer(lowered)).await;
    let post = |target: &str| Request::post(target).cookie(issued.cookie());
    assert_eq!(post("/append").body("y").send(server).await.status, 500);
    assert_eq!(post("/shrink").send(server).await.status, 200);
    assert_eq!(post("/append").body("y").send(server).await.status, 200);
}

/// Each would fit alone. Both have loaded the session before either writes.
#[tokio::test]
async fn t29_s72_of_two_requests_that_together_exceed_the_limit_one_is_refused() {
    // different fields, one field that both append to, and keys of the dictionary
    let races =
        [("/keep", "/append", "120 1 0"), ("/append", "/append", "0 2 0"), ("/extra", "/extra", "0 1 1")];
    for (one, other, left) in races {
        let (store, server) = limited(200).await;
        let mut browser = Browser::new(server);
        assert_eq!(browser.send(Request::post("/append").body("0")).await.status, 200);
        let mut running = Vec::new();
        for (target, unit) in [(one, "a"), (other, "b")] {
            let gate = store.pause(Moment::Before(Op::Update));
            let request = browser.prepare(Request::post(target).body(unit.repeat(120)));
            let reply = tokio::spawn(async move { request.send(server).await });
            gate.reached().await;
            running.push((gate, reply));
        }
        let mut statuses = Vec::new();
        for (gate, reply) in running {
            gate.open();
            statuses.push(reply.await.unwrap().status);
        }
        assert_eq!(statuses, [200, 500], "{one} {other}");
        // what was there before, and the whole of what was applied
        assert_eq!(browser.get("/").await.body, left, "{one} {other}");
    }
}

#[tokio::test]
async fn s72_taking_cannot_put_in_more_than_fits() {
    let (_, server) = limited(200).await;
    let mut browser = Browser::new(server);
    assert_eq!(browser.send(Request::post("/keep").body("short")).await.status, 200);
    let reply = browser.send(Request::post("/take").body("x".repeat(300))).await;
    assert_eq!(reply.body, "too large: true");
    assert_eq!(browser.get("/").await.body, "5 0 0");
    assert_eq!(browser.send(Request::post("/take").body("x".repeat(100))).await.body, "");
    assert_eq!(browser.get("/").await.body, "100 0 0");
}

/// `false` is longer than `true`.
#[tokio::test]
async fn s12_s72_a_privilege_can_be_given_up_in_a_session_that_is_full() {
    let store = MemoryStore::new();
    let sessions = Sessions::<Shop>::builder(store).max_bytes(100).build().unwrap();
    let query = |length| Shop { admin: true, query: "x".repeat(length), ..Shop::default() };
    let full = 100 - "admintrue".len() - "query\"\"".len() - 2 * 6;
    assert!(sessions.issue(query(full + 1)).await.unwrap_err().is_too_large());
    let issued = sessions.issue(query(full)).await.unwrap();
    let mut browser = Browser::new(serve(routes().layer(sessions.clone())).await);
    browser.plant(issued.cookie());
    let reply = browser.post("/resign").await;
    assert_eq!(reply.status, 500, "the change as a whole does not fit");
    assert!(reply.pair().is_some(), "but the privilege is gone, with the id that had it");
    assert!(sessions.edit(issued.token(), |_| ()).await.unwrap_err().is_gone());
    assert_eq!(browser.get("/").await.body, format!("{full} 0 0"));
}

#[tokio::test]
async fn s72_the_keys_of_the_dictionary_are_bounded_and_cannot_be_those_of_fields() {
    let (_, server) = limited(10_000).await;
    let mut browser = Browser::new(server);
    for key in ["", "user", "query", "a\u{1}b", &"k".repeat(129)] {
        let reply = browser.send(Request::post("/extra").body(key)).await;
        assert_ne!(reply.body, "", "{key:?}");
    }
    assert_eq!(browser.send(Request::post("/extra").body("k".repeat(128))).await.body, "");
    assert_eq!(browser.get("/").await.body, "0 0 1");
}

#[tokio::test]
async fn s6_a_huge_cookie_is_not_looked_at() {
    let (store, server) = limited(1000).await;
    for length in [44, 4097, 60_000] {
        let reply = Request::get("/").cookie(format!("__Host-id={}", "A".repeat(length))).send(server).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "anonymous"), "{length}");
    }
    assert_eq!(store.calls(), []);
}

#[tokio::test]
async fn t5_t29_a_flood_of_visitors_logs_nobody_out_and_a_full_store_is_a_503() {
    let store = MemoryStore::builder().capacity(20).build();
    let server = serve(routes().layer(Sessions::<Shop>::new(store.clone()).unwrap())).await;
    let login = async |name: String| {
        let mut browser = Browser::new(server);
        let reply = browser.send(Request::post("/login").body(name)).await;
        (browser, reply.status)
    };
    let (mut ann, status) = login("ann".to_owned()).await;
    assert_eq!(status, 200);
    for _ in 0..100 {
        assert_eq!(Request::post("/keep").body("flood").send(server).await.status, 200);
    }
    assert!(store.len() <= 20);
    assert_eq!(ann.get("/").await.body, "0 0 0", "the customer is still there");

    let mut status = 200;
    for number in 0..40 {
        status = login(format!("user {number}")).await.1;
    }
    assert_eq!(status, 503, "nobody who is logged in goes for somebody new");
    assert_eq!(ann.get("/").await.body, "0 0 0");
    assert_eq!(Request::post("/keep").body("flood").send(server).await.status, 503);
}
