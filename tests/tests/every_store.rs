//! What holds on every store, over a socket: memory, files, Redis, encrypted at rest, a signed and an encrypted cookie.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::EncryptedStore;
use session_runtime::{
    EncryptedCookieStore, FileStore, MemoryStore, RedisStore, RevocationList, Session, Sessions,
    SessionsBuilder, SignedCookieStore, session, with_session,
};
use session_tests::redis::{prefix, shared};
use session_tests::stores::any_keys;
use session_tests::{Browser, Folder, Gate, Request, patiently, serve};

const MINUTE: Duration = Duration::from_secs(60);

#[session(idle = "30m", absolute = "12h")]
struct Account {
    #[session(owner)]
    user: Option<String>,
    #[session(privileged)]
    admin: bool,
    note: String,
}

#[with_session]
async fn show(session: Option<&Account>) -> String {
    session.map_or("anonymous".to_owned(), |s| format!("{:?} {} {}", s.user, s.admin, s.note))
}

#[with_session]
async fn login(session: &mut Account, handle: Session<Account>, Path(user): Path<String>) {
    session.user = Some(user);
    handle.authenticated();
}

#[with_session]
async fn elevate(session: &mut Account) {
    session.admin = true;
}

#[with_session]
async fn note(session: &mut Account, Path(note): Path<String>) {
    session.note = note;
}

#[with_session]
async fn slow_note(session: &mut Account, State(gate): State<Gate>) {
    gate.pass().await;
    session.note = "slow".into();
}

#[with_session]
async fn logout(session: &mut Account) {
    *session = Account::default();
}

/// A store, and what goes when the test does.
struct Kind {
    name: &'static str,
    sessions: SessionsBuilder<Account>,
    _folder: Option<Folder>,
}

fn list() -> RevocationList {
    RevocationList::new(MemoryStore::new())
}

fn redis() -> RedisStore {
    RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap()
}

fn kinds() -> Vec<Kind> {
    let folder = Folder::new();
    let files = FileStore::open(&folder.0).unwrap();
    let kind = |name, sessions| Kind { name, sessions, _folder: None };
    vec![
        kind("memory", Sessions::builder(MemoryStore::new())),
        Kind { name: "files", sessions: Sessions::builder(files), _folder: Some(folder) },
        kind("redis", Sessions::builder(redis())),
        kind("encrypted memory", Sessions::builder(EncryptedStore::new(MemoryStore::new(), &any_keys()))),
        kind("encrypted redis", Sessions::builder(EncryptedStore::new(redis(), &any_keys()))),
        kind("signed cookie", Sessions::builder(SignedCookieStore::new(any_keys(), list()))),
        kind("encrypted cookie", Sessions::builder(EncryptedCookieStore::new(any_keys(), list()))),
        kind(
            "encrypted cookie, list in redis",
            Sessions::builder(EncryptedCookieStore::new(any_keys(), RevocationList::new(redis()))),
        ),
    ]
}

struct World {
    name: &'static str,
    clock: Arc<ManualClock>,
    gate: Gate,
    server: SocketAddr,
}

impl World {
    fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    async fn seen_with(&self, cookie: &str) -> String {
        Request::get("/").cookie(cookie).send(self.server).await.body
    }

    async fn write_with(&self, cookie: &str) -> (u16, usize) {
        let reply = Request::post("/note/theirs").cookie(cookie).send(self.server).await;
        (reply.status, reply.set_cookies().len())
    }
}

/// Runs a test on each store.
async fn on_every_store(test: impl AsyncFn(World)) {
    for kind in kinds() {
        // servers that drop what is over do so by their own clock: the records begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let sessions = kind.sessions.clock(Arc::clone(&clock)).build().unwrap();
        let gate = Gate::default();
        let app = Router::new()
            .route("/", get(show))
            .route("/login/{user}", post(login))
            .route("/elevate", post(elevate))
            .route("/note/{note}", post(note))
            .route("/slow-note", post(slow_note))
            .route("/logout", post(logout))
            .with_state(gate.clone())
            .layer(sessions);
        test(World { name: kind.name, clock, gate, server: serve(app).await }).await;
    }
}

#[tokio::test]
async fn s11_s12_s13_every_privilege_has_a_new_id_and_the_old_one_is_dead() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/note/mine").await;
        let mut before = vec![browser.cookie().unwrap()];
        // a login, the same user again, a step up, and somebody else
        for (step, seen) in [
            ("/login/ann", "Some(\"ann\") false mine"),
            ("/login/ann", "Some(\"ann\") false mine"),
            ("/elevate", "Some(\"ann\") true mine"),
            ("/login/bob", "Some(\"bob\") false "),
        ] {
            assert_eq!(browser.post(step).await.status, 200, "{} {step}", world.name);
            assert_eq!(browser.get("/").await.body, seen, "{} {step}", world.name);
            for dead in &before {
                assert_eq!(world.seen_with(dead).await, "anonymous", "{} {step}", world.name);
                assert_eq!(world.write_with(dead).await, (409, 0), "{} {step}", world.name);
            }
            assert_eq!(
                browser.get("/").await.body,
                seen,
                "{} {step}: T4, nor did that do anything",
                world.name
            );
            before.push(browser.cookie().unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn s14_s25_t10_t16_a_logout_is_final_for_the_next_request() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        browser.post("/note/mine").await;
        let copy = browser.cookie().unwrap();
        let reply = browser.post("/logout").await;
        assert!(reply.removes_cookie(), "{}", world.name);
        assert_eq!(world.seen_with(&copy).await, "anonymous", "{}", world.name);
        assert_eq!(world.write_with(&copy).await, (409, 0), "{}", world.name);
        world.clock.advance(3 * MINUTE);
        assert_eq!(world.seen_with(&copy).await, "anonymous", "{}", world.name);
    })
    .await;
}

#[tokio::test]
async fn t2_a_slow_request_brings_no_session_back() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        let copy = browser.cookie().unwrap();
        let (slow, server) = (browser.prepare(Request::post("/slow-note")), world.server);
        let slow = tokio::spawn(async move { slow.send(server).await });
        world.gate.reached().await;
        browser.post("/logout").await;
        world.gate.open();
        let reply = patiently("the slow request", slow).await.unwrap();
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{}", world.name);
        assert_eq!(world.seen_with(&copy).await, "anonymous", "{}", world.name);
    })
    .await;
}

#[tokio::test]
async fn s20_s21_s22_s23_both_deadlines_are_the_servers() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        let first = browser.cookie().unwrap();
        world.clock.advance(30 * MINUTE);
        assert_eq!(world.seen_with(&first).await, "anonymous", "{}: idle, exactly", world.name);
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        for _ in 0..35 {
            world.clock.advance(20 * MINUTE);
            assert_eq!(browser.get("/").await.body, "Some(\"ann\") false ", "{}: activity", world.name);
        }
        let late = browser.cookie().unwrap();
        world.clock.advance(20 * MINUTE);
        assert_eq!(world.seen_with(&late).await, "anonymous", "{}: twelve hours", world.name);
        // proving who one is begins both anew
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        for _ in 0..35 {
            world.clock.advance(20 * MINUTE);
            browser.get("/").await;
        }
        browser.post("/login/ann").await;
        world.clock.advance(25 * MINUTE);
        assert_eq!(browser.get("/").await.body, "Some(\"ann\") false ", "{}", world.name);
    })
    .await;
}

#[tokio::test]
async fn s7_t6_t15_what_no_server_made_reaches_nothing_and_leaves_nothing() {
    let ids = [
        "",
        "..",
        "../../etc/passwd",
        "%2e%2e%2f",
        "*",
        "session:*",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQ",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "CON",
        "a.b.c",
    ];
    on_every_store(async |world| {
        for id in ids {
            let cookie = format!("__Host-id={id}");
            assert_eq!(world.seen_with(&cookie).await, "anonymous", "{} {id}", world.name);
            let reply = Request::post("/note/mine").cookie(&cookie).send(world.server).await;
            assert_eq!(reply.status, 200, "{} {id}", world.name);
            assert_ne!(
                reply.pair(),
                Some(cookie.as_str()),
                "{}: an id of the client's is never adopted",
                world.name
            );
            assert_eq!(world.seen_with(&cookie).await, "anonymous", "{} {id}", world.name);
        }
    })
    .await;
}

#[tokio::test]
async fn t15_files_are_made_inside_of_the_folder_only() {
    let outer = Folder::new();
    let inner = outer.0.join("sessions");
    std::fs::DirBuilder::new().mode(0o700).create(&inner).unwrap();
    let sessions = Sessions::<Account>::new(FileStore::open(&inner).unwrap()).unwrap();
    let app = Router::new().route("/{note}", post(note)).route("/logout", post(logout)).layer(sessions);
    let server = serve(app).await;
    for id in ["../x", "..%2fx", "/etc/passwd", "x\\..\\y", "sessions", ".lock", "x".repeat(300).as_str()] {
        for target in ["/mine", "/logout"] {
            Request::post(target).cookie(format!("__Host-id={id}")).send(server).await;
        }
    }
    let names = |path: &PathBuf| -> Vec<String> {
        let entries = std::fs::read_dir(path).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names(&outer.0), ["sessions"]);
    let is_ours =
        |name: &String| name.contains("lock") || name.chars().filter(char::is_ascii_hexdigit).count() >= 64;
    let made = names(&inner);
    assert!(made.iter().all(is_ours), "{made:?}");
}

#[tokio::test]
async fn s51_no_answer_sets_or_removes_a_cookie_that_plain_http_could_carry() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        let mut lines = 0;
        for step in
            ["/note/mine", "/login/ann", "/elevate", "/note/more", "/login/bob", "/logout", "/note/new"]
        {
            let reply = browser.post(step).await;
            for line in reply.set_cookies() {
                assert!(line.starts_with("__Host-id="), "{} {step}: {line}", world.name);
                assert!(line.split("; ").any(|part| part == "Secure"), "{} {step}: {line}", world.name);
                lines += 1;
            }
        }
        assert!(lines >= 6, "{}: {lines}", world.name);
    })
    .await;
}

#[tokio::test]
async fn t31_each_browser_gets_its_own_session() {
    on_every_store(async |world| {
        let mut browsers = [world.browser(), world.browser(), world.browser()];
        for round in 0..3 {
            for (n, browser) in browsers.iter_mut().enumerate() {
                browser.post(&format!("/note/{n}-{round}")).await;
            }
        }
        for (n, browser) in browsers.iter_mut().enumerate() {
            assert_eq!(browser.get("/").await.body, format!("None false {n}-2"), "{}", world.name);
        }
    })
    .await;
}

#[tokio::test]
async fn t35_a_clock_that_jumps_back_or_to_its_end_makes_no_panic() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/login/ann").await;
        let copy = browser.cookie().unwrap();
        let now = world.clock.now();
        for at in [0, 1, now.as_millis() - 10_000, now.as_millis() + 10_000, u64::MAX - 1, u64::MAX] {
            world.clock.set(session_runtime::clock::Timestamp::from_millis(at));
            let reply = Request::get("/").cookie(&copy).send(world.server).await;
            assert_eq!(reply.status, 200, "{} {at}", world.name);
            let status = Request::post("/note/x").cookie(&copy).send(world.server).await.status;
            assert!([200, 409].contains(&status), "{} {at}: {status}", world.name);
        }
    })
    .await;
}
