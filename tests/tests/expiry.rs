//! When a session ends by itself (S20–S23), decided by the server's clock and by nothing that the client sends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Op, ScriptedStore, patiently, serve};

#[session(idle = "30m", absolute = "2h")]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    visits: u32,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |shop| format!("{:?} {}", shop.user, shop.visits))
}

#[with_session]
async fn visit(session: &mut Shop) {
    session.visits += 1;
}

#[with_session]
async fn slow_visit(session: &mut Shop, State(gate): State<Gate>) {
    gate.pass().await;
    session.visits += 1;
}

#[with_session]
async fn slow_read(session: &Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    session.visits.to_string()
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<String>) {
    session.user = Some(user);
}

async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

async fn authenticated(handle: Session<Shop>) {
    handle.authenticated();
}

struct World {
    store: ScriptedStore,
    clock: Arc<ManualClock>,
    gate: Gate,
    sessions: Sessions<Shop>,
    browser: Browser,
}

const MINUTE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(5 * 60);
const TICK: Duration = Duration::from_millis(1);

fn just_before(time: Duration) -> Duration {
    time.saturating_sub(TICK)
}

/// A server, and a browser that has just visited it once.
async fn world() -> World {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/slow/visit", post(slow_visit))
        .route("/slow/read", post(slow_read))
        .route("/login/{user}", post(login))
        .route("/rotate", post(rotate))
        .route("/authenticated", post(authenticated))
        .with_state(gate.clone())
        .layer(sessions.clone());
    let mut browser = Browser::new(serve(app).await);
    assert!(browser.post("/visit").await.pair().is_some());
    World { store, clock, gate, sessions, browser }
}

const ONE: &str = "None 1";

#[tokio::test]
async fn s20_s23_an_idle_session_dies_on_the_millisecond_though_the_cookie_is_still_sent() {
    let World { store, clock, mut browser, .. } = world().await;
    let cookie = browser.cookie();
    clock.advance(just_before(30 * MINUTE));
    assert_eq!(browser.clone().get("/").await.body, ONE);
    clock.advance(30 * MINUTE);
    assert_eq!(browser.get("/").await.body, "anonymous");
    assert_eq!((browser.cookie(), store.len()), (cookie.clone(), 1), "the store still has the record");

    // what it did is not taken over by the next session, nor is its id
    assert!(browser.post("/visit").await.pair().is_some());
    assert_ne!(browser.cookie(), cookie);
    assert_eq!(browser.get("/").await.body, ONE);
}

#[tokio::test]
async fn s20_reading_is_activity_and_a_session_may_end_a_tenth_early_never_late() {
    let World { clock, mut browser, .. } = world().await;
    clock.advance(just_before(3 * MINUTE)); // less than a tenth: not recorded
    assert_eq!(browser.get("/").await.body, ONE);
    clock.advance(27 * MINUTE + TICK);
    assert_eq!(browser.get("/").await.body, "anonymous", "30 minutes after the last recorded activity");

    let World { clock, mut browser, .. } = world().await;
    clock.advance(3 * MINUTE); // a tenth: recorded
    assert_eq!(browser.get("/").await.body, ONE);
    clock.advance(just_before(30 * MINUTE));
    assert_eq!(browser.clone().get("/").await.body, ONE);
}

/// Keeps the session busy, once in `STEP`, and says what it showed at last.
async fn active_for(world: &mut World, steps: u32, target: &str) -> String {
    let mut last = String::new();
    for _ in 0..steps {
        world.clock.advance(STEP);
        if target != "/" {
            assert_eq!(world.browser.post(target).await.status, 200);
        }
        last = world.browser.get("/").await.body;
    }
    last
}

#[tokio::test]
async fn s21_s22_neither_activity_nor_writes_nor_rotation_extend_the_absolute_deadline() {
    for (target, alive) in [("/", "None 1"), ("/visit", "None 24"), ("/rotate", "None 1")] {
        let mut world = world().await;
        assert_eq!(active_for(&mut world, 23, target).await, alive, "{target}");
        world.clock.advance(just_before(STEP));
        assert_eq!(world.browser.get("/").await.body, alive, "{target}");
        world.clock.advance(TICK);
        assert_eq!(world.browser.get("/").await.body, "anonymous", "{target}");
    }
}

#[tokio::test]
async fn s21_s22_authentication_begins_both_deadlines_anew() {
    // a login, somebody else's login, and proving the same identity again
    for steps in [&["/login/ann"][..], &["/login/ann", "/login/bob"], &["/login/ann", "/authenticated"]] {
        let mut world = world().await;
        let (last, before) = steps.split_last().unwrap();
        for step in before {
            world.browser.post(step).await;
        }
        active_for(&mut world, 22, "/").await;
        world.browser.post(last).await;
        assert!(active_for(&mut world, 23, "/").await.starts_with("Some("), "{steps:?}");
        world.clock.advance(STEP);
        assert_eq!(world.browser.get("/").await.body, "anonymous", "{steps:?}");
    }
}

#[tokio::test]
async fn s21_a_write_that_ends_after_the_absolute_deadline_is_refused_and_a_read_is_answered() {
    for (target, status) in [("/slow/visit", 409), ("/slow/read", 200)] {
        let mut world = world().await;
        active_for(&mut world, 23, "/").await;
        world.store.forget();
        let mut late = world.browser.clone();
        let running = tokio::spawn(async move { late.post(target).await });
        world.gate.reached().await;
        world.clock.advance(STEP);
        world.gate.open();
        let reply = patiently(target, running).await.unwrap();
        assert_eq!((reply.status, reply.set_cookies().len()), (status, 0));
        assert_eq!(
            world.store.calls(),
            [Op::Load],
            "{target}: a dead session is neither written nor touched"
        );
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_ends_nothing_and_extends_nothing() {
    let World { clock, mut browser, .. } = world().await;
    clock.set(Timestamp::from_millis(0));
    assert_eq!(browser.post("/visit").await.status, 200);
    clock.set(Timestamp::from_millis(1_800_000_000_000).after(just_before(30 * MINUTE)));
    assert_eq!(browser.clone().get("/").await.body, "None 2");
    clock.set(Timestamp::from_millis(u64::MAX));
    assert_eq!(browser.get("/").await.body, "anonymous");
    assert_eq!(browser.post("/visit").await.status, 200, "the end of time is no panic");
}

#[tokio::test]
async fn a_sweep_removes_what_has_expired_and_nothing_else() {
    let World { store, clock, sessions, browser, .. } = world().await;
    clock.advance(20 * MINUTE);
    let mut second = browser.clone();
    second.plant("__Host-id=");
    second.post("/visit").await;
    assert_eq!((sessions.sweep().await.unwrap(), store.len()), (0, 2));
    clock.advance(15 * MINUTE);
    assert_eq!((sessions.sweep().await.unwrap(), store.len()), (1, 1));
    assert_eq!(second.get("/").await.body, ONE);
}
