//! A request that was overtaken by a logout, a login or a write: nothing comes back, nothing is undone. The order of each
//! race is decided by gates, never by the clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Moment, Op, Reply, Request, ScriptedStore, patiently, serve};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    note: String,
    #[session(keep)]
    theme: String,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    match session {
        Some(s) => format!("user={:?} note={} theme={}", s.user, s.note, s.theme),
        None => "anonymous".to_owned(),
    }
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<String>) {
    session.user = Some(user);
}

#[with_session]
async fn logout(session: &mut Shop) {
    *session = Shop::default();
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

/// Waits at the gate between its read and its write, as a slow handler does.
#[with_session]
async fn slow_note(session: &mut Shop, State(gate): State<Gate>) -> &'static str {
    gate.pass().await;
    session.note = "slow".into();
    "noted"
}

#[with_session]
async fn slow_read(session: &Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    format!("read {}", session.note)
}

#[with_session]
async fn slow_login(session: &mut Shop, State(gate): State<Gate>) {
    gate.pass().await;
    session.user = Some("slow".to_owned());
}

async fn slow_rotate(State(gate): State<Gate>, handle: Session<Shop>) {
    gate.pass().await;
    handle.rotate();
}

async fn slow_destroy(State(gate): State<Gate>, handle: Session<Shop>) {
    gate.pass().await;
    handle.destroy();
}

/// Sets the note and nothing else.
#[with_session]
async fn note(session: &mut Shop, Path(note): Path<String>) {
    session.note = note;
}

#[with_session]
async fn theme(session: &mut Shop, Path(theme): Path<String>) {
    session.theme = theme;
}

struct World {
    server: SocketAddr,
    store: ScriptedStore,
    gate: Gate,
    clock: Arc<ManualClock>,
}

async fn world() -> World {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/", get(show))
        .route("/login/{user}", post(login))
        .route("/logout", post(logout))
        .route("/destroy", post(destroy))
        .route("/note/{note}", post(note))
        .route("/theme/{theme}", post(theme))
        .route("/slow/note", post(slow_note))
        .route("/slow/read", post(slow_read))
        .route("/slow/login", post(slow_login))
        .route("/slow/rotate", post(slow_rotate))
        .route("/slow/destroy", post(slow_destroy))
        .with_state(gate.clone())
        .layer(sessions);
    World { server: serve(app).await, store, gate, clock }
}

impl World {
    fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// A browser with a session in which only the theme is set.
    async fn visitor(&self) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post("/theme/dark").await.status, 200);
        browser
    }

    /// A browser that is logged in.
    async fn customer(&self) -> Browser {
        let mut browser = self.visitor().await;
        assert_eq!(browser.post("/login/ann").await.status, 200);
        browser
    }

    /// A request of this browser, running on its own.
    fn begin(&self, browser: &Browser, request: Request) -> tokio::task::JoinHandle<Reply> {
        let (request, server) = (browser.prepare(request), self.server);
        tokio::spawn(async move { request.send(server).await })
    }

    /// A slow request of `browser` that has loaded and waits, `between` running meanwhile, and then its end.
    async fn overtaken(&self, browser: &Browser, slow: &str, between: impl AsyncFnOnce()) -> Reply {
        let running = self.begin(browser, Request::post(slow));
        self.gate.reached().await;
        between().await;
        self.gate.open();
        patiently(slow, running).await.unwrap()
    }
}

fn assert_refused_without_cookie(reply: &Reply) {
    assert_eq!(reply.status, 409, "{reply:?}");
    assert_eq!(reply.set_cookies(), Vec::<&str>::new());
    assert_eq!(reply.body, "");
}

#[tokio::test]
async fn t2_s30_a_slow_writer_cannot_bring_back_a_logged_out_session() {
    for logout in ["/logout", "/destroy"] {
        let world = world().await;
        let mut browser = world.customer().await;
        let late = browser.clone();
        let reply = world.overtaken(&late, "/slow/note", async || {
            assert!(browser.post(logout).await.removes_cookie());
        });
        assert_refused_without_cookie(&reply.await);
        assert_eq!(world.store.len(), 0, "after {logout}");
        assert_eq!(late.clone().get("/").await.body, "anonymous");
    }
}

/// MP-23, EM-30, WP-11.
#[tokio::test]
async fn t2_a_writer_stopped_at_the_very_write_cannot_bring_the_session_back() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let gate = world.store.pause(Moment::Before(Op::Update));
    let running = world.begin(&late, Request::post("/note/late"));
    gate.reached().await;
    browser.post("/logout").await;
    gate.open();
    assert_refused_without_cookie(&patiently("the writer", running).await.unwrap());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_slow_reader_of_a_logged_out_session_gets_its_answer_and_no_cookie() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/read", async || drop(browser.post("/logout").await)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "read "));
    assert_eq!(reply.set_cookies(), Vec::<&str>::new());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_slow_request_that_only_records_activity_revives_nothing() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    world.clock.advance(Duration::from_secs(30 * 60)); // half the idle time: activity is due
    world.store.forget();
    let gate = world.store.pause(Moment::Before(Op::Touch));
    let running = world.begin(&late, Request::get("/"));
    gate.reached().await;
    browser.post("/logout").await;
    gate.open();
    let reply = patiently("the reader", running).await.unwrap();
    assert_eq!((reply.status, reply.set_cookies().len()), (200, 0));
    assert!(reply.body.starts_with("user=Some(\"ann\")"));
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_slow_rotation_of_a_logged_out_session_makes_no_session() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/rotate", async || drop(browser.post("/logout").await)).await;
    assert_refused_without_cookie(&reply);
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_slow_login_on_a_logged_out_session_makes_no_session() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/login", async || drop(browser.post("/logout").await)).await;
    assert_refused_without_cookie(&reply);
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_second_logout_finds_nothing_and_is_content() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/destroy", async || drop(browser.post("/logout").await)).await;
    assert_eq!(reply.status, 200);
    assert!(reply.removes_cookie());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t2_a_logout_beats_a_write_that_came_first() {
    let world = world().await;
    let mut browser = world.customer().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/destroy", async || {
        assert_eq!(browser.post("/note/first").await.status, 200);
    });
    assert!(reply.await.removes_cookie());
    assert_eq!(world.store.len(), 0);
    assert_eq!(browser.get("/").await.body, "anonymous");
}

#[tokio::test]
async fn t4_a_write_sent_before_a_login_and_loaded_before_it_leaves_the_login_alone() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let early = browser.clone();
    let reply = world.overtaken(&early, "/slow/note", async || {
        assert!(browser.post("/login/ann").await.pair().is_some());
    });
    assert_refused_without_cookie(&reply.await);
    assert!(browser.get("/").await.body.starts_with("user=Some(\"ann\") note= theme=dark"));
    assert_eq!(world.store.len(), 1);
}

#[tokio::test]
async fn t4_a_write_sent_before_a_login_and_loaded_after_it_leaves_the_login_alone() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let early = browser.clone();
    let gate = world.store.pause(Moment::Before(Op::Load));
    let running = world.begin(&early, Request::post("/note/early"));
    gate.reached().await;
    assert!(browser.post("/login/ann").await.pair().is_some());
    gate.open();
    assert_refused_without_cookie(&patiently("the early write", running).await.unwrap());
    assert!(browser.get("/").await.body.starts_with("user=Some(\"ann\") note= theme=dark"));
    assert_eq!(world.store.len(), 1);
}

#[tokio::test]
async fn t4_a_read_with_the_id_from_before_a_login_is_anonymous_and_gets_no_cookie() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let early = browser.clone();
    browser.post("/login/ann").await;
    let reply = early.clone().get("/").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "anonymous"));
    assert_eq!(reply.set_cookies(), Vec::<&str>::new());
}

#[tokio::test]
async fn t4_of_two_logins_at_once_one_wins_and_the_other_is_told() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let early = browser.clone();
    let reply = world.overtaken(&early, "/slow/login", async || drop(browser.post("/login/ann").await)).await;
    assert_refused_without_cookie(&reply);
    assert!(browser.get("/").await.body.starts_with("user=Some(\"ann\")"));
    assert_eq!(world.store.len(), 1);
}

#[tokio::test]
async fn t4_a_switch_of_user_that_comes_too_late_takes_no_cookie_away() {
    let world = world().await;
    let mut browser = world.customer().await;
    let early = browser.clone();
    let reply = world.overtaken(&early, "/slow/login", async || drop(browser.post("/login/bob").await)).await;
    // the browser holds bob's cookie by now: a removal would log bob out
    assert_refused_without_cookie(&reply);
    assert!(browser.get("/").await.body.starts_with("user=Some(\"bob\")"));
}

#[tokio::test]
async fn t33_an_unchanged_request_that_ends_later_does_not_undo_a_newer_write() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/read", async || drop(browser.post("/note/newer").await)).await;
    assert_eq!(reply.body, "read ");
    assert!(browser.get("/").await.body.contains("note=newer"));
}

#[tokio::test]
async fn t33_a_writer_of_one_field_carries_no_old_value_of_another() {
    let world = world().await;
    let mut browser = world.visitor().await;
    let late = browser.clone();
    let reply = world.overtaken(&late, "/slow/note", async || drop(browser.post("/theme/light").await)).await;
    assert_eq!(reply.status, 200);
    assert!(browser.get("/").await.body.contains("note=slow theme=light"));
}

#[tokio::test]
async fn an_emptied_anonymous_session_stays_for_the_write_of_the_other_tab() {
    let world = world().await;
    let mut browser = world.browser();
    browser.post("/note/first").await;
    let other_tab = browser.clone();
    let reply = world.overtaken(&other_tab, "/slow/note", async || {
        // every field is at its default again, and there never was a privilege
        assert_eq!(browser.post("/logout").await.set_cookies(), Vec::<&str>::new());
        assert_eq!(world.store.len(), 1);
    });
    assert_eq!(reply.await.status, 200);
    assert!(browser.get("/").await.body.contains("note=slow"));
}
