//! The attributes of the cookie: what is written, and what the builder refuses to write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{MemoryStore, SameSite, Session, Sessions, SessionsBuilder, session, with_session};
use session_tests::{Browser, logs, serve};

#[session]
struct Plain {
    visits: u32,
}

#[session(
    cookie = "__Secure-shop",
    path = "/shop",
    domain = "shop.example.com",
    same_site = "strict",
    persistent
)]
struct Elaborate {
    visits: u32,
}

#[session(same_site = "none", partitioned)]
struct Embedded {
    visits: u32,
}

#[session(cookie = "readable", http_only = false)]
struct Readable {
    visits: u32,
}

#[session(idle = "30m", absolute = "2h", remember = "30d")]
struct Remembered {
    visits: u32,
    #[session(owner)]
    user: Option<String>,
}

fn plain() -> SessionsBuilder<Plain> {
    Sessions::<Plain>::builder(MemoryStore::new())
}

/// The attributes of a `Set-Cookie` value, without name and id.
fn attributes(line: &str) -> (&str, &str) {
    let (pair, attributes) = line.split_once("; ").unwrap();
    let (name, id) = pair.split_once('=').unwrap();
    assert_eq!(id.len(), 43);
    (name, attributes)
}

#[tokio::test]
async fn s31_s34_s35_s36_s45_golden_headers() {
    let issued = plain().build().unwrap().issue(Plain { visits: 1 }).await.unwrap();
    assert_eq!(attributes(issued.set_cookie()), ("__Host-id", "HttpOnly; SameSite=Lax; Secure; Path=/"));

    let sessions = Sessions::<Elaborate>::new(MemoryStore::new()).unwrap();
    let issued = sessions.issue(Elaborate { visits: 1 }).await.unwrap();
    let expected = "HttpOnly; SameSite=Strict; Secure; Path=/shop; Domain=shop.example.com; Max-Age=3600";
    assert_eq!(attributes(issued.set_cookie()), ("__Secure-shop", expected));

    let sessions = Sessions::<Embedded>::new(MemoryStore::new()).unwrap();
    let issued = sessions.issue(Embedded { visits: 1 }).await.unwrap();
    let (name, found) = attributes(issued.set_cookie());
    assert_eq!(name, "__Host-id");
    assert!(
        found.contains("SameSite=None") && found.contains("; Partitioned") && found.contains("; Secure"),
        "{found}"
    );

    let sessions = Sessions::<Readable>::new(MemoryStore::new()).unwrap();
    let issued = sessions.issue(Readable { visits: 1 }).await.unwrap();
    assert_eq!(attributes(issued.set_cookie()), ("readable", "SameSite=Lax; Secure; Path=/"));
}

#[tokio::test]
async fn s31_development_drops_secure_and_the_prefix_only_and_says_so() {
    logs::listen();
    let sessions = Sessions::<Plain>::development(MemoryStore::new()).unwrap();
    assert_eq!(logs::count("development"), 1);
    let issued = sessions.issue(Plain { visits: 1 }).await.unwrap();
    assert_eq!(attributes(issued.set_cookie()), ("id", "HttpOnly; SameSite=Lax; Path=/"));
    logs::listen();
    drop(plain().build().unwrap());
    assert_eq!(logs::count("development"), 0);
    assert!(Sessions::<Embedded>::development(MemoryStore::new()).unwrap_err().is_config());
}

fn assert_refused(builder: SessionsBuilder<Plain>, case: &str) {
    let error = builder.build().err().unwrap_or_else(|| panic!("{case} was accepted"));
    assert!(error.is_config(), "{case}: {error}");
}

#[test]
fn s31_s32_s35_s48_s50_a_prefix_gets_what_it_promises_or_is_refused() {
    for name in ["__Host-id", "__host-id", "__HOST-id", "__Host-Http-id", "__host-http-id"] {
        assert!(plain().cookie_name(name).build().is_ok(), "{name}");
        assert_refused(plain().cookie_name(name).domain("example.com"), &format!("{name} with a domain"));
        assert_refused(plain().cookie_name(name).path("/shop"), &format!("{name} with a path"));
        assert_refused(plain().cookie_name(name).secure(false), &format!("{name} without Secure"));
    }
    for name in ["__Secure-id", "__SECURE-id", "__Http-id", "__http-id"] {
        assert!(plain().cookie_name(name).domain("example.com").path("/shop").build().is_ok(), "{name}");
        assert_refused(plain().cookie_name(name).secure(false), &format!("{name} without Secure"));
    }
    assert!(plain().cookie_name("id").secure(false).build().is_ok());
    assert_refused(
        plain().cookie_name("id").secure(false).same_site(SameSite::None),
        "SameSite=None without Secure",
    );

    let readable = || Sessions::<Readable>::builder(MemoryStore::new());
    for name in ["__Http-id", "__HTTP-id", "__Host-Http-id"] {
        assert!(readable().cookie_name(name).build().unwrap_err().is_config(), "{name} without HttpOnly");
    }
    assert!(readable().cookie_name("__Host-id").build().is_ok());

    let embedded =
        Sessions::<Embedded>::builder(MemoryStore::new()).cookie_name("id").same_site(SameSite::Lax);
    assert!(embedded.secure(false).build().unwrap_err().is_config(), "Partitioned without Secure");
}

#[test]
fn s38_s39_t36_nothing_can_be_written_into_the_header_through_the_configuration() {
    for name in [
        "",
        " ",
        "a b",
        "a;b",
        "a=b",
        "a,b",
        "a\"b",
        "a\\b",
        "a\r\nb",
        "a\0b",
        "a\tb",
        "ä",
        "(a)",
        "a/b",
        "$a",
        "__Host-",
        "__Secure-",
        "a; Domain=evil.example",
    ] {
        assert_refused(plain().cookie_name(name), &format!("the name {name:?}"));
    }
    let insecure = || plain().cookie_name("id");
    for path in ["", "shop", "/a;b", "/a\r\nSet-Cookie: x=y", "/\0", "/ä", "/; Domain=evil.example", "\u{7f}"]
    {
        assert_refused(insecure().path(path), &format!("the path {path:?}"));
    }
    for domain in [
        "",
        ".example.com",
        "example.com; Path=/",
        "exa mple.com",
        "example.com\r\n",
        "com",
        "127.0.0.1",
        "-a.com",
        "a..b",
        "*.a.com",
    ] {
        assert_refused(insecure().domain(domain), &format!("the domain {domain:?}"));
    }
    assert!(insecure().path(format!("/{}", "a".repeat(1023))).build().is_ok());
    assert_refused(insecure().path(format!("/{}", "a".repeat(1024))), "a path of 1025 bytes");
}

#[tokio::test]
async fn s37_the_longest_cookie_is_far_below_4096_bytes() {
    assert_refused(plain().cookie_name("a".repeat(65)), "a name of 65 bytes");
    let path = format!("/{}", "a".repeat(1023));
    let domain = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(57), "com".to_owned()].join(".");
    let sessions =
        plain().cookie_name("a".repeat(64)).path(path).domain(domain).persistent(true).build().unwrap();
    let issued = sessions.issue(Plain { visits: 1 }).await.unwrap();
    assert_eq!(issued.cookie().len(), 64 + 1 + 43, "what browsers count");
    assert!(issued.set_cookie().len() < 4096);
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn s42_no_lifetime_beyond_400_days() {
    let lasting = |days: u32| plain().persistent(true).idle(DAY * days).absolute(DAY * days);
    assert_refused(lasting(401), "401 days");
    assert_refused(plain().absolute(DAY * 400 + Duration::from_secs(1)), "400 days and a second");
    assert_refused(plain().absolute(Duration::MAX), "for ever");
    let issued = lasting(400).build().unwrap().issue(Plain { visits: 1 }).await.unwrap();
    assert!(issued.set_cookie().ends_with("; Max-Age=34560000"), "{}", issued.set_cookie());
    for (idle, absolute) in [(0, 60), (61, 60)] {
        let lifetimes = plain().idle(Duration::from_secs(idle)).absolute(Duration::from_secs(absolute));
        assert_refused(lifetimes, &format!("idle {idle}, absolute {absolute}"));
    }
}

/// What is left of the time after `Max-Age`, if the line has one.
fn max_age(line: Option<&str>) -> Option<u64> {
    line?.split("; ").find_map(|attribute| attribute.strip_prefix("Max-Age=")).map(|age| age.parse().unwrap())
}

#[with_session]
async fn visit(session: &mut Remembered) {
    session.visits += 1;
}

async fn remember(handle: Session<Remembered>) {
    handle.update(|session| session.visits += 1);
    handle.remember();
}

async fn forget(handle: Session<Remembered>) {
    handle.forget();
}

async fn remembered_world(persistent: bool) -> (Arc<ManualClock>, Browser) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0).after(DAY * 20_000)));
    let builder = Sessions::<Remembered>::builder(MemoryStore::new()).clock(Arc::clone(&clock));
    let app = Router::new()
        .route("/", get(async |handle: Session<Remembered>| handle.get().visits.to_string()))
        .route("/visit", post(visit))
        .route("/remember", post(remember))
        .route("/forget", post(forget))
        .layer(builder.persistent(persistent).build().unwrap());
    (clock, Browser::new(serve(app).await))
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn s44_max_age_is_the_earlier_of_the_two_deadlines_and_follows_activity() {
    let (clock, mut browser) = remembered_world(true).await;
    assert_eq!(max_age(browser.post("/visit").await.set_cookie()), Some(30 * 60));
    // every 20 minutes: idle rules until the absolute deadline is nearer
    for left in [1800, 1800, 1800, 1800, 1200] {
        clock.advance(20 * MINUTE);
        assert_eq!(max_age(browser.get("/").await.set_cookie()), Some(left), "reading counts as activity");
    }
    clock.advance(20 * MINUTE);
    assert_eq!(browser.get("/").await.body, "0", "the absolute deadline");
}

#[tokio::test]
async fn s45_a_session_cookie_unless_the_handler_chooses_the_declared_longer_lifetime() {
    let (clock, mut browser) = remembered_world(false).await;
    assert_eq!(max_age(browser.post("/visit").await.set_cookie()), None);
    clock.advance(20 * MINUTE);
    assert_eq!(browser.post("/visit").await.set_cookie(), None, "nothing to renew in a session cookie");

    assert_eq!(max_age(browser.post("/remember").await.set_cookie()), Some(30 * 24 * 60 * 60));
    clock.advance(29 * DAY);
    // the absolute deadline is 30 days after the choice, whatever the activity
    assert_eq!(max_age(browser.post("/visit").await.set_cookie()), Some(24 * 60 * 60));
    assert_eq!(browser.get("/").await.body, "4");

    let reply = browser.post("/forget").await;
    assert!(reply.pair().is_some(), "a cookie without Max-Age replaces the lasting one");
    assert_eq!(max_age(reply.set_cookie()), None);
    clock.advance(31 * MINUTE);
    assert_eq!(browser.get("/").await.body, "0", "the ordinary idle time is back");
}

#[tokio::test]
async fn s45_a_visitor_can_be_remembered_at_once() {
    let (clock, mut browser) = remembered_world(false).await;
    assert_eq!(max_age(browser.post("/remember").await.set_cookie()), Some(30 * 24 * 60 * 60));
    clock.advance(10 * DAY);
    assert_eq!(browser.get("/").await.body, "1");
}
