//! What who runs an application sees of it: events, counters, spans and tags (S7, S63, S64, S65, T24).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "observing/policy.rs"]
mod policy;
#[path = "observing/web.rs"]
mod web;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::observe::{Counters, Event, Happened, Observer, Tag};
use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, RevocationList, SecretKey, Session, Sessions,
    SessionsBuilder, session, with_session,
};
use session_tests::observed::Told;
use session_tests::{Browser, Moment, Op, Request, ScriptedStore, logs, patiently, serve};

#[session(idle = "30m", absolute = "1h")]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    name: String,
    ratio: f64,
}

/// The same without what a cookie cannot keep.
#[with_session]
async fn act(session: &mut Shop, handle: Session<Shop>, Path(deed): Path<String>) -> StatusCode {
    match deed.as_str() {
        "login" => session.user = Some("ann".to_owned()),
        "logout" => *session = Shop::default(),
        "destroy" => handle.destroy(),
        "rotate" => handle.rotate(),
        "nan" => session.ratio = f64::NAN,
        name => name.clone_into(&mut session.name),
    }
    StatusCode::OK
}

#[with_session]
async fn read(session: &Shop) -> String {
    session.name.clone()
}

#[with_session(require = user)]
async fn account(session: &Shop) -> String {
    session.name.clone()
}

/// Both of them.
struct Both(Arc<Counters>, Told);

impl Observer for Both {
    fn observe(&self, event: &Event<'_>) {
        self.0.observe(event);
        self.1.observe(event);
    }
}

struct World {
    clock: Arc<ManualClock>,
    counters: Arc<Counters>,
    told: Told,
    sessions: Sessions<Shop>,
    server: SocketAddr,
}

impl World {
    async fn of(builder: SessionsBuilder<Shop>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_795_225_026_123)));
        let (counters, told) = (Arc::new(Counters::default()), Told::default());
        let sessions = builder
            .clock(Arc::clone(&clock))
            .observer(Both(Arc::clone(&counters), told.clone()))
            .build()
            .unwrap();
        let app = Router::new()
            .route("/", get(read))
            .route("/account", get(account))
            .route("/{deed}", post(act))
            .layer(sessions.clone());
        Self { clock, counters, told, sessions, server: serve(app).await }
    }

    /// With one key in the log for all of these tests.
    async fn new(store: ScriptedStore) -> Self {
        Self::of(Sessions::builder(store).log_key([7; 32])).await
    }

    fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// A browser with a session, of which nothing was told yet.
    async fn visitor(&self) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post("/one").await.status, 200);
        self.told.take();
        browser
    }
}

const UNKNOWN: &str = "__Host-id=dW5rbm93bi11bmtub3duLXVua25vd24tdW5rbm93bi0";

#[tokio::test]
async fn s63_each_step_of_a_session_is_told_once() {
    let world = World::new(ScriptedStore::new()).await;
    let mut browser = world.browser();
    for (deed, told) in [
        ("one", &["Created"][..]),
        ("two", &["Loaded", "Saved"]),
        ("two", &["Loaded"]),
        ("login", &["Loaded", "Rotated"]),
        ("rotate", &["Loaded", "Rotated"]),
        ("logout", &["Loaded", "Destroyed"]),
        ("logout", &[]),
    ] {
        browser.post(&format!("/{deed}")).await;
        assert_eq!(world.told.names(), told, "{deed}");
    }
    browser.post("/one").await;
    world.told.take();
    world.clock.advance(Duration::from_secs(600));
    browser.get("/").await;
    assert_eq!(world.told.names(), ["Loaded", "Touched"]);
    browser.get("/account").await;
    assert_eq!(world.told.names(), ["Loaded", "Denied"]);
    assert_eq!(browser.post("/nan").await.status, 500);
    assert_eq!(world.told.names(), ["Loaded", "Refused"]);
    world.clock.advance(Duration::from_secs(7200));
    assert!(world.sessions.sweep().await.unwrap() > 0);
    assert_eq!(world.told.names(), ["Swept"]);
}

#[tokio::test]
async fn s65_s7_unknown_expired_replayed_and_ambiguous_ids_are_told_apart_and_counted() {
    let world = World::new(ScriptedStore::new()).await;
    let mut browser = world.visitor().await;
    let anonymous = browser.cookie().unwrap();
    let other = world.visitor().await.cookie().unwrap();

    for n in 1..=3 {
        let reply = Request::post("/name").cookie(UNKNOWN).send(world.server).await;
        assert_eq!(reply.status, 200);
        assert_eq!(world.told.names(), ["Unknown", "Created"], "strict: an id of ours takes its place (S7)");
        assert_eq!(world.counters.snapshot().unknown, n);
    }
    Request::get("/").cookie(format!("{anonymous}; {other}")).send(world.server).await;
    assert_eq!(world.told.names(), ["Ambiguous"]);

    browser.post("/login").await;
    world.told.take();
    Request::get("/").cookie(&anonymous).send(world.server).await;
    assert_eq!(world.told.names(), ["Replayed"], "the id of before the login");
    assert_eq!(Request::post("/name").cookie(&anonymous).send(world.server).await.status, 409);
    assert_eq!(world.told.names(), ["Replayed", "Gone", "Refused"]);

    world.clock.advance(Duration::from_secs(1799));
    browser.get("/").await;
    assert_eq!(world.told.names(), ["Loaded", "Touched"]);
    Request::get("/").cookie(&other).send(world.server).await;
    world.told.take();
    world.clock.advance(Duration::from_secs(1800));
    browser.get("/").await;
    assert_eq!(world.told.take()[0].what, "Expired { deadline: Idle }");
    let mut busy = world.visitor().await;
    for _ in 0..4 {
        world.clock.advance(Duration::from_secs(1000));
        busy.get("/").await;
    }
    assert_eq!(world.told.take().last().unwrap().what, "Expired { deadline: Absolute }");

    let counts = world.counters.snapshot();
    assert_eq!((counts.unknown, counts.ambiguous, counts.replayed), (3, 1, 2));
    assert_eq!((counts.expired_idle, counts.expired_absolute), (1, 1));
    assert_eq!((counts.tampered, counts.refused, counts.gone), (0, 1, 1));
}

#[tokio::test]
async fn s65_s60_a_cookie_that_is_not_ours_is_told_from_one_that_is_over_and_answered_alike() {
    let key = |text| {
        use sha2::Digest as _;
        KeyRing::new(SecretKey::from_bytes(sha2::Sha256::digest(text)).unwrap())
    };
    let ended = RevocationList::new(MemoryStore::new());
    let world = World::of(Sessions::builder(EncryptedCookieStore::new(key("ours"), ended.clone()))).await;
    let foreign = World::of(Sessions::builder(EncryptedCookieStore::new(key("theirs"), ended))).await;
    let mut browser = world.visitor().await;
    let cookie = browser.cookie().unwrap();
    let mut altered = cookie.clone().into_bytes();
    altered[60] = if altered[60] == b'A' { b'B' } else { b'A' };
    let mut replies = Vec::new();
    for forged in [altered, foreign.visitor().await.cookie().unwrap().into_bytes()] {
        replies.push(Request::get("/").cookie(forged).send(world.server).await);
        assert_eq!(world.told.names(), ["Tampered"]);
    }
    browser.post("/destroy").await;
    assert_eq!(world.told.names(), ["Loaded", "Destroyed"]);
    for seconds in [0, 600] {
        world.clock.advance(Duration::from_secs(seconds));
        replies.push(Request::get("/").cookie(&cookie).send(world.server).await);
        assert_eq!(world.told.names(), ["Replayed"], "{seconds} s after the logout");
    }
    world.clock.advance(Duration::from_secs(1800));
    replies.push(Request::get("/").cookie(&cookie).send(world.server).await);
    assert_eq!(world.told.names(), ["Expired"]);
    let without_date = |lines: &[String]| {
        lines.iter().filter(|line| !line.starts_with("date:")).cloned().collect::<Vec<_>>()
    };
    for reply in &replies {
        assert_eq!((reply.status, &*reply.body), (200, ""));
        assert_eq!(without_date(&reply.lines), without_date(&replies[0].lines), "one answer to all of them");
    }
    let counts = world.counters.snapshot();
    assert_eq!((counts.tampered, counts.replayed, counts.expired_idle, counts.unknown), (2, 2, 1, 0));
}

#[tokio::test]
async fn s65_two_changes_that_meet_and_a_session_that_ends_meanwhile_are_told() {
    let store = ScriptedStore::new();
    let world = World::new(store.clone()).await;
    let mut browser = world.visitor().await;
    let gate = store.pause(Moment::Before(Op::Update));
    let (slow, server) = (browser.prepare(Request::post("/slow")), world.server);
    let running = tokio::spawn(async move { slow.send(server).await.status });
    gate.reached().await;
    browser.post("/destroy").await;
    assert_eq!(world.told.names(), ["Loaded", "Loaded", "Destroyed"]);
    gate.open();
    assert_eq!(patiently("the slow one", running).await.unwrap(), 409);
    assert_eq!(world.told.names(), ["Gone", "Refused"]);
    let mut browser = world.visitor().await;
    store.fail(&[Op::Load]);
    assert_eq!(browser.get("/").await.status, 503);
    assert_eq!(world.told.names(), ["Unavailable"]);
}

#[tokio::test]
async fn s63_all_events_of_a_session_have_its_tag_and_a_new_id_has_both() {
    let store = ScriptedStore::new();
    let world = World::new(store.clone()).await;
    let mut browser = world.browser();
    for deed in ["one", "two", "login", "three", "rotate", "logout"] {
        browser.post(&format!("/{deed}")).await;
    }
    let told = world.told.take();
    let mut tag = told[0].tag.clone().unwrap();
    let mut tags = vec![tag.clone()];
    for event in &told {
        assert_eq!((event.tag.as_ref(), event.session), (Some(&tag), "Shop"), "{event:?}");
        assert_eq!(event.new_tag.is_some(), event.what.starts_with("Rotated"), "{event:?}");
        if let Some(new) = &event.new_tag {
            tag.clone_from(new);
            tags.push(tag.clone());
        }
    }
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), 3);

    // another server calls the session the same if it has the same key, and otherwise if it has not
    let issued = world.sessions.issue(Shop { name: "x".into(), ..Shop::default() }).await.unwrap();
    let ours = world.told.take()[0].tag.clone();
    for (sessions, same) in [
        (Sessions::<Shop>::builder(store.clone()).log_key([7; 32]), true),
        (Sessions::builder(store.clone()).log_key([8; 32]), false),
        (Sessions::builder(store.clone()), false),
    ] {
        let other = World::of(sessions).await;
        Request::get("/").cookie(issued.cookie()).send(other.server).await;
        assert_eq!(other.told.take()[0].tag == ours, same);
    }
    let refused = Sessions::<Shop>::builder(store).log_key("short").build().unwrap_err();
    assert!(refused.is_config() && refused.to_string().contains("32 bytes"), "{refused}");
}

#[tokio::test]
async fn s63_the_log_says_what_the_observer_is_told() {
    logs::listen();
    let world = World::new(ScriptedStore::new()).await;
    let mut browser = world.browser();
    for deed in ["one", "two", "login", "nan", "logout"] {
        browser.post(&format!("/{deed}")).await;
    }
    Request::get("/").cookie(UNKNOWN).send(world.server).await;
    let heard = logs::heard();
    let lines: Vec<_> = heard.lines().filter(|line| line.contains("event=")).collect();
    let told = world.told.take();
    assert_eq!(lines.len(), told.len(), "{heard}");
    for (line, event) in lines.iter().zip(&told) {
        let tag = event.tag.as_ref().map(|tag| format!(" tag={tag}")).unwrap_or_default();
        let new = event.new_tag.as_ref().map(|tag| format!("new_tag={tag}")).unwrap_or_default();
        assert!(
            line.contains(&tag) && line.contains(&new) && line.contains("session=\"Shop\""),
            "{line} {event:?}"
        );
    }
    for (event, level) in [
        ("created", "DEBUG"),
        ("loaded", "TRACE"),
        ("saved", "DEBUG"),
        ("rotated", " INFO"),
        ("refused", " WARN"),
        ("destroyed", " INFO"),
        ("unknown_id", " INFO"),
    ] {
        let event = format!("event=\"{event}\"");
        let line = lines.iter().find(|line| line.contains(&event)).expect(&event);
        assert!(line.contains(level), "{line}");
    }
    let in_span = |event: &str, span: &str| {
        let event = format!("event=\"{event}\"");
        lines.iter().any(|line| line.contains(&event) && line.contains(span))
    };
    assert!(in_span("saved", "session.commit{session=\"Shop\"}"), "{heard}");
    assert!(in_span("unknown_id", "session.load{session=\"Shop\"}"), "{heard}");
}

/// Looks whether the session is still there when its end is told, and panics then.
struct Late {
    store: ScriptedStore,
    seen: Arc<Mutex<Vec<(&'static str, usize)>>>,
}

impl Observer for Late {
    fn observe(&self, event: &Event<'_>) {
        let what = match event.what() {
            Happened::Created { .. } => "created",
            Happened::Rotated { .. } => "rotated",
            Happened::Destroyed => "destroyed",
            _ => return,
        };
        assert!(event.tag().map(|tag: Tag| tag.to_string()).is_some());
        self.seen.lock().unwrap().push((what, self.store.len()));
        panic!("as the test asked");
    }
}

#[tokio::test]
async fn t24_a_session_is_gone_when_its_end_is_told_and_stays_gone_if_the_observer_panics() {
    let store = ScriptedStore::new();
    let seen = Arc::default();
    let observer = Late { store: store.clone(), seen: Arc::clone(&seen) };
    let sessions = Sessions::<Shop>::builder(store.clone()).observer(observer).build().unwrap();
    let app = Router::new().route("/", get(read)).route("/{deed}", post(act)).layer(sessions);
    let mut browser = Browser::new(serve(app).await);
    logs::listen();
    for deed in ["one", "login"] {
        assert_eq!(browser.post(&format!("/{deed}")).await.status, 200, "{deed}");
    }
    let old = browser.cookie().unwrap();
    let reply = browser.post("/logout").await;
    assert_eq!((reply.status, reply.removes_cookie()), (200, true));
    assert_eq!(*seen.lock().unwrap(), [("created", 1), ("rotated", 1), ("destroyed", 0)]);
    assert_eq!(Request::get("/").cookie(&old).send(browser.server()).await.body, "");
    assert_eq!(Request::post("/one").cookie(&old).send(browser.server()).await.status, 409);
    assert_eq!(logs::count("observer_panicked"), 3);
}

#[tokio::test]
async fn s64_what_a_cookie_holds_cannot_forge_a_line_of_the_log() {
    logs::listen();
    let world = World::new(ScriptedStore::new()).await;
    let dirty: [&[u8]; 6] = [
        b"__Host-id=\x1b[31mred",
        b"__Host-id=a%0d%0aevent=\"created\"",
        b"__Host-id=a\tb\xc2\x85\xe2\x80\xa8c",
        b"__Host-id=\xff\xfe; x=\x1b]0;title\x07",
        b"__Host-id=\"\\r\\nforged\"",
        b"__Host-id=a\rforged",
    ];
    for cookie in dirty {
        for target in ["/", "/account"] {
            // some of them the framework refuses before any of us
            drop(Request::get(target).cookie(cookie).send(world.server).await);
        }
    }
    let heard = logs::heard();
    assert!(heard.contains("denied"), "{heard}");
    let is_clean = |line: &str| !line.chars().any(char::is_control);
    assert!(heard.lines().all(is_clean), "{heard:?}");
    for forged in ["[31m", "%0d", "forged", "title", "\u{85}", "\u{2028}"] {
        assert!(!heard.contains(forged), "{forged:?}: {heard}");
    }
}
