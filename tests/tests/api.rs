//! The handle of a session, and sessions without a request.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use session_runtime::{Issued, Refused, Session, Sessions, Token, session, with_session};
use session_tests::{Browser, Gate, Moment, Op, ScriptedStore, logs, patiently, serve};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(merge = add)]
    visits: u32,
    note: String,
    coupons: Vec<String>,
}

/// What the handlers share: a gate for slow ones, and where detached ones leave their handle.
#[derive(Clone)]
struct Shared {
    gate: Gate,
    handles: UnboundedSender<Session<Shop>>,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session
        .map_or("anonymous".to_owned(), |s| format!("{:?} {} {} {:?}", s.user, s.visits, s.note, s.coupons))
}

/// What a handle says at each step.
#[with_session]
async fn steps(session: &mut Shop, handle: Session<Shop>) -> String {
    let mut seen = Vec::new();
    let mut look = |step: &str| {
        seen.push(format!("{step}:{}:{}:{}", handle.get().visits, handle.exists(), handle.token().is_some()));
    };
    look("begin");
    session.visits += 1;
    look("own copy");
    handle.stage(session);
    look("staged");
    handle.update(|shop| shop.note = "through the handle".into());
    handle.save().await.unwrap();
    look("saved");
    session.visits += 1;
    seen.join(" ")
}

#[with_session]
async fn save_twice(session: &mut Shop, handle: Session<Shop>, State(shared): State<Shared>) {
    session.visits += 1;
    handle.stage(session);
    handle.save().await.unwrap();
    shared.gate.pass().await;
    session.visits += 10;
    session.note = "late".into();
}

#[with_session]
async fn visit(session: &mut Shop) {
    session.visits += 100;
}

#[with_session]
async fn fill(session: &mut Shop, Path(count): Path<usize>) {
    session.coupons = (0..count).map(|number| format!("c{number}")).collect();
    session.visits += 1;
}

/// Takes the first coupon, and counts that it did.
#[with_session]
async fn redeem(session: &mut Shop, handle: Session<Shop>, State(shared): State<Shared>) -> String {
    shared.gate.pass().await;
    let take = |shop: &mut Shop| (!shop.coupons.is_empty()).then(|| shop.coupons.remove(0));
    let taken = handle.take_once(take).await.unwrap();
    session.visits += u32::from(taken.is_some());
    taken.unwrap_or_else(|| "nothing".to_owned())
}

async fn take_owner(handle: Session<Shop>) -> String {
    format!("{:?}", handle.take_once(|shop| shop.user.take()).await.map_err(|error| error.is_config()))
}

async fn slow_save(handle: Session<Shop>, State(shared): State<Shared>) -> String {
    shared.gate.pass().await;
    handle.update(|shop| shop.note = "slow".into());
    let error = handle.save().await.unwrap_err();
    handle.update(|shop| shop.note = String::new());
    format!("gone={} unavailable={}", error.is_gone(), error.is_unavailable())
}

/// Leaves its handle behind, as a streaming handler does.
async fn detach(handle: Session<Shop>, State(shared): State<Shared>) {
    shared.handles.send(handle).unwrap();
}

#[with_session]
async fn login(session: &mut Shop) {
    session.user = Some("ann".to_owned());
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

struct World {
    store: ScriptedStore,
    sessions: Sessions<Shop>,
    gate: Gate,
    handles: tokio::sync::mpsc::UnboundedReceiver<Session<Shop>>,
    browser: Browser,
}

async fn world() -> World {
    let (sender, handles) = unbounded_channel();
    let shared = Shared { gate: Gate::default(), handles: sender };
    let (store, gate) = (ScriptedStore::new(), shared.gate.clone());
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    let app = Router::new()
        .route("/", get(show))
        .route("/steps", post(steps))
        .route("/save-twice", post(save_twice))
        .route("/visit", post(visit))
        .route("/fill/{count}", post(fill))
        .route("/redeem", post(redeem))
        .route("/take-owner", post(take_owner))
        .route("/slow-save", post(slow_save))
        .route("/detach", post(detach))
        .route("/login", post(login))
        .route("/destroy", post(destroy))
        .with_state(shared)
        .layer(sessions.clone())
        .layer(map_response(explain));
    World { store, sessions, gate, handles, browser: Browser::new(serve(app).await) }
}

/// The application's own page in place of an empty refusal.
async fn explain(response: Response) -> Response {
    match response.extensions().get::<Refused>() {
        Some(refused) if refused.error().is_gone() => {
            assert_eq!(refused.status(), response.status().as_u16());
            (StatusCode::CONFLICT, "please look again").into_response()
        }
        _ => response,
    }
}

#[tokio::test]
async fn a_handle_shows_what_was_staged_and_saves_what_it_shows() {
    let mut world = world().await;
    let reply = world.browser.post("/steps").await;
    assert_eq!(
        reply.body,
        "begin:0:false:false own copy:0:false:false staged:1:true:false saved:1:true:true"
    );
    assert_eq!(reply.set_cookies().len(), 1);
    // the cookie of the first save is looked at once more before it is sent: its session may have ended since
    assert_eq!(world.store.calls(), [Op::Create, Op::Update, Op::Load]);
    assert_eq!(world.browser.get("/").await.body, "None 2 through the handle []");
}

#[tokio::test]
async fn t34_after_a_save_the_base_is_what_was_sent() {
    let mut world = world().await;
    world.browser.post("/visit").await;
    let mut other = world.browser.clone();
    let mut slow = world.browser.clone();
    let running = tokio::spawn(async move { slow.post("/save-twice").await });
    world.gate.reached().await;
    assert_eq!(world.browser.get("/").await.body, "None 101  []", "a save is visible at once");
    other.post("/visit").await;
    world.gate.open();
    assert_eq!(patiently("the slow one", running).await.unwrap().status, 200);
    assert_eq!(
        world.browser.get("/").await.body,
        "None 211 late []",
        "one, the other's hundred, and ten: each once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t34_of_a_hundred_parallel_requests_exactly_one_gets_the_coupon() {
    for coupons in [1, 3] {
        let mut world = world().await;
        world.browser.post(&format!("/fill/{coupons}")).await;
        let mut running = JoinSet::new();
        for _ in 0..100 {
            let mut browser = world.browser.clone();
            running.spawn(async move { browser.post("/redeem").await });
        }
        for _ in 0..100 {
            world.gate.reached().await; // all have loaded a session in which the coupons are
        }
        (0..100).for_each(|_| world.gate.open());
        let replies = running.join_all().await;
        let conflicts = replies.iter().filter(|reply| reply.status != 200).count();
        assert_eq!(conflicts, 0);
        let mut taken: Vec<_> =
            replies.into_iter().map(|reply| reply.body).filter(|body| body != "nothing").collect();
        taken.sort_unstable();
        assert_eq!(taken, (0..coupons).map(|number| format!("c{number}")).collect::<Vec<_>>());
        let expected = format!("None {} ", 1 + coupons);
        assert!(
            world.browser.get("/").await.body.starts_with(&expected),
            "what the takers changed beside it is stored too"
        );
    }
}

#[tokio::test]
async fn a_take_without_anything_to_take_writes_nothing_and_cannot_take_a_privilege() {
    let mut world = world().await;
    (0..2).for_each(|_| world.gate.open());
    assert_eq!(world.browser.post("/redeem").await.body, "nothing");
    assert_eq!(world.store.calls(), []);
    world.browser.post("/login").await;
    world.store.forget();
    assert_eq!(world.browser.post("/redeem").await.body, "nothing");
    assert_eq!(world.store.calls(), [Op::Load]);
    assert_eq!(world.browser.post("/take-owner").await.body, "Err(true)");
    assert!(world.browser.get("/").await.body.starts_with("Some(\"ann\")"));
}

#[tokio::test]
async fn a_save_says_whether_the_session_is_gone_or_the_store_is() {
    let mut world = world().await;
    world.browser.post("/visit").await;
    let slow = world.browser.clone();
    for (gone, expected) in [(false, "gone=false unavailable=true"), (true, "gone=true unavailable=false")] {
        let mut slow = slow.clone();
        let running = tokio::spawn(async move { slow.post("/slow-save").await });
        world.gate.reached().await;
        if gone {
            world.browser.post("/destroy").await;
        } else {
            world.store.fail(&[Op::Update]);
        }
        world.gate.open();
        let reply = patiently("the slow one", running).await.unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (200, expected));
        world.store.recover();
    }
}

#[tokio::test]
async fn t2_the_application_can_answer_a_refusal_with_its_own_page() {
    let mut world = world().await;
    world.browser.post("/visit").await;
    let mut late = world.browser.clone();
    let gate = world.store.pause(Moment::Before(Op::Update));
    let running = tokio::spawn(async move { late.post("/visit").await });
    gate.reached().await;
    world.browser.post("/destroy").await;
    gate.open();
    let reply = patiently("the late one", running).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (409, "please look again"));
}

/// MP-26.
#[tokio::test]
async fn after_the_response_a_handle_saves_what_needs_no_cookie_and_refuses_the_rest() {
    let mut world = world().await;
    world.browser.post("/visit").await;
    world.browser.post("/detach").await;
    let handle = world.handles.recv().await.unwrap();
    handle.update(|shop| shop.note = "after".to_owned());
    handle.save().await.unwrap();
    assert_eq!(world.browser.get("/").await.body, "None 100 after []");
    handle.rotate();
    assert!(handle.save().await.unwrap_err().is_too_late());
    assert_eq!(world.browser.get("/").await.body, "None 100 after []", "the id is what it was");

    let mut visitor = world.browser.clone();
    visitor.plant("__Host-id=");
    visitor.post("/detach").await;
    let handle = world.handles.recv().await.unwrap();
    handle.update(|shop| shop.note = "nobody".to_owned());
    assert!(handle.save().await.unwrap_err().is_too_late());
    assert_eq!(world.store.len(), 1);
}

/// MP-26.
#[tokio::test]
async fn a_change_after_the_response_that_nobody_saves_is_in_the_log() {
    let mut world = world().await;
    world.browser.post("/visit").await;
    for saved in [true, false] {
        world.browser.post("/detach").await;
        let handle = world.handles.recv().await.unwrap();
        logs::listen();
        handle.update(|shop| shop.visits += 1);
        if saved {
            handle.save().await.unwrap();
        }
        drop(handle);
        assert_eq!(logs::count("lost_change"), usize::from(!saved), "saved: {saved}");
    }
}

/// A browser that was given this cookie.
fn presenting(world: &World, issued: &Issued) -> Browser {
    let mut browser = world.browser.clone();
    browser.plant(issued.cookie());
    browser
}

#[tokio::test]
async fn an_issued_session_is_one_like_any_other() {
    let world = world().await;
    let value = Shop { user: Some("cli".to_owned()), visits: 5, ..Shop::default() };
    let issued = world.sessions.issue(value).await.unwrap();
    assert!(issued.set_cookie().starts_with(&format!("{}; ", issued.cookie())));
    assert_eq!(presenting(&world, &issued).get("/").await.body, "Some(\"cli\") 5  []");
    assert!(
        world.sessions.issue(Shop::default()).await.unwrap_err().is_unstorable(),
        "an empty session is never created"
    );
    assert_eq!(world.store.len(), 1);
}

#[tokio::test]
async fn background_work_edits_a_session_as_a_request_would() {
    let world = world().await;
    let issued = world.sessions.issue(Shop { visits: 5, ..Shop::default() }).await.unwrap();
    // another request writes between the load and the write of the edit
    let gate = world.store.pause(Moment::Before(Op::Update));
    let (sessions, token) = (world.sessions.clone(), issued.token().clone());
    let running = tokio::spawn(async move {
        sessions
            .edit(&token, |shop| {
                shop.visits += 1;
                shop.visits
            })
            .await
    });
    gate.reached().await;
    presenting(&world, &issued).post("/visit").await;
    gate.open();
    assert_eq!(patiently("the edit", running).await.unwrap().unwrap(), 6);
    assert_eq!(world.sessions.edit(issued.token(), |shop| shop.visits).await.unwrap(), 106);

    let refused = world.sessions.edit(issued.token(), |shop| shop.user = Some("eve".to_owned())).await;
    assert!(refused.unwrap_err().is_config(), "there is no response to carry a new id");
    let unknown = Token::parse("dW5rbm93bi11bmtub3duLXVua25vd24tdW5rbm93bi0").unwrap();
    assert!(world.sessions.edit(&unknown, |shop| shop.visits += 1).await.unwrap_err().is_gone());
    presenting(&world, &issued).post("/destroy").await;
    assert!(world.sessions.edit(issued.token(), |shop| shop.visits += 1).await.unwrap_err().is_gone());
    assert_eq!(world.store.len(), 0);
    world.store.fail(&[Op::Load]);
    assert!(world.sessions.edit(issued.token(), |shop| shop.visits).await.unwrap_err().is_unavailable());
}
