//! Handlers that fail: what they changed is dropped, what they ended stays ended, whether they answer with 5xx, panic, are
//! timed out, or lose their client (T41, DESIGN.md section 2).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::error_handling::HandleErrorLayer;
use axum::extract::{Path, Request as AxumRequest, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{BoxError, Router};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Moment, Op, Reply, Request, ScriptedStore, patiently, serve};
use tokio::io::AsyncReadExt as _;
use tower::ServiceBuilder;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(privileged)]
    admin: bool,
    note: String,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session
        .map_or("anonymous".to_owned(), |Shop { user, admin, note }| format!("{user:?} admin={admin} {note}"))
}

#[derive(Clone, Default)]
struct Ends {
    /// Where a handler hangs for ever.
    hang: Gate,
    /// Opened when a hanging handler is dropped.
    dropped: Gate,
}

struct OpenOnDrop(Gate);

impl Drop for OpenOnDrop {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Does one thing to the session, and then ends in one way.
#[with_session]
async fn act(
    session: &mut Shop,
    handle: Session<Shop>,
    State(ends): State<Ends>,
    Path((deed, end)): Path<(String, String)>,
) -> StatusCode {
    match deed.as_str() {
        "note" => session.note = "changed".into(),
        "update" => handle.update(|shop| shop.note = "changed".into()),
        "login" => session.user = Some("ann".to_owned()),
        "switch" => session.user = Some("bob".to_owned()),
        "leave" => session.user = None,
        "promote" => session.admin = true,
        "demote" => session.admin = false,
        "logout" => *session = Shop::default(),
        "destroy" => handle.destroy(),
        "rotate" => handle.rotate(),
        other => panic!("no such deed: {other}"),
    }
    match end.as_str() {
        "panic" => panic!("as the test asked"),
        "hang" => {
            let _dropped = OpenOnDrop(ends.dropped);
            ends.hang.pass().await;
            StatusCode::OK
        }
        status => StatusCode::from_bytes(status.as_bytes()).unwrap(),
    }
}

/// Turns a panic further in into a 500.
async fn catch_panic(request: AxumRequest, next: Next) -> Response {
    let running = tokio::spawn(next.run(request)).await;
    running.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

struct World {
    server: SocketAddr,
    store: ScriptedStore,
    ends: Ends,
}

async fn world_with(wrap: impl FnOnce(Router, Sessions<Shop>) -> Router) -> World {
    let (store, ends) = (ScriptedStore::new(), Ends::default());
    let routes =
        Router::new().route("/", get(show)).route("/{deed}/{end}", post(act)).with_state(ends.clone());
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    World { server: serve(wrap(routes, sessions)).await, store, ends }
}

async fn world() -> World {
    world_with(Router::layer).await
}

/// What there is before each deed.
const ANN: &str = "Some(\"ann\") admin=true ";

impl World {
    /// A browser logged in as ann, who is an admin.
    async fn ann(&self) -> Browser {
        let mut browser = Browser::new(self.server);
        for step in ["/login/200", "/promote/200"] {
            assert!(browser.post(step).await.pair().is_some());
        }
        assert_eq!(self.shown(&browser).await, ANN);
        self.store.forget();
        browser
    }

    /// What this browser's present cookie shows.
    async fn shown(&self, browser: &Browser) -> String {
        browser.clone().get("/").await.body
    }

    /// Posts to `target`, and hangs up when the handler hangs.
    async fn hang_up(&self, browser: &Browser, target: &str) {
        let stream = browser.prepare(Request::post(target)).start(self.server).await;
        self.ends.hang.reached().await;
        drop(stream);
        patiently("the handler to be dropped", self.ends.dropped.pass()).await;
    }
}

/// Asserts that nothing was stored, and that the session is as it was.
async fn assert_untouched(world: &World, before: &Browser, case: &str) {
    assert_eq!(world.store.calls(), [Op::Load], "{case}");
    assert_eq!(world.shown(before).await, ANN, "{case}");
}

fn assert_failed(reply: &Reply, case: &str) {
    assert_eq!((reply.status, reply.set_cookies().len()), (500, 0), "{case}");
}

#[tokio::test]
async fn changes_are_stored_with_every_status_below_500() {
    for status in ["200", "302", "400", "404", "499"] {
        let world = world().await;
        let browser = world.ann().await;
        let reply = browser.clone().post(&format!("/note/{status}")).await;
        assert_eq!(reply.status.to_string(), status);
        assert_eq!(world.shown(&browser).await, format!("{ANN}changed"), "{status}");
    }
}

#[tokio::test]
async fn a_5xx_drops_changed_fields_and_gained_privileges() {
    for status in ["500", "503", "599"] {
        for deed in ["note", "update", "promote"] {
            let world = world().await;
            let mut browser = Browser::new(world.server);
            browser.post("/login/200").await;
            world.store.forget();
            let reply = browser.clone().post(&format!("/{deed}/{status}")).await;
            assert_eq!((reply.status.to_string().as_str(), reply.set_cookies().len()), (status, 0));
            assert_eq!(world.store.calls(), [Op::Load]);
            assert_eq!(world.shown(&browser).await, "Some(\"ann\") admin=false ");
        }
    }
}

#[tokio::test]
async fn a_5xx_makes_no_session_for_a_visitor_and_logs_nobody_in() {
    let world = world().await;
    let mut visitor = Browser::new(world.server);
    for deed in ["note", "login"] {
        assert_failed(&visitor.post(&format!("/{deed}/500")).await, deed);
    }
    assert_eq!((world.store.len(), world.store.calls()), (0, vec![]));
    visitor.post("/note/200").await;
    assert_failed(&visitor.post("/login/500").await, "login");
    assert_eq!(world.shown(&visitor).await, "None admin=false changed");
}

#[tokio::test]
async fn a_5xx_does_not_undo_a_logout_and_a_change_of_owner_becomes_one() {
    for deed in ["destroy", "logout", "switch", "leave"] {
        let world = world().await;
        let mut browser = world.ann().await;
        let before = browser.clone();
        let reply = browser.post(&format!("/{deed}/500")).await;
        assert!(reply.status == 500 && reply.removes_cookie(), "{deed}: {reply:?}");
        assert_eq!(world.store.len(), 0, "{deed}");
        assert_eq!(world.shown(&before).await, "anonymous", "{deed}");
    }
}

#[tokio::test]
async fn a_5xx_does_not_undo_a_rotation_or_a_dropped_privilege() {
    for (deed, after) in [("rotate", ANN), ("demote", "Some(\"ann\") admin=false ")] {
        let world = world().await;
        let mut browser = world.ann().await;
        let before = browser.clone();
        let reply = browser.post(&format!("/{deed}/500")).await;
        assert!(reply.status == 500 && reply.pair().is_some(), "{deed}: {reply:?}");
        assert_eq!(world.shown(&browser).await, after, "{deed}");
        assert_eq!(world.shown(&before).await, "anonymous", "{deed}");
    }
}

/// A handler that did not return never asked for what it did to its own copy of the value, or through the handle.
const UNRETURNED: [&str; 7] = ["note", "update", "switch", "leave", "promote", "demote", "logout"];

#[tokio::test]
async fn t41_a_panic_that_is_caught_further_in_is_a_failed_handler() {
    for deed in UNRETURNED {
        let world = world_with(|routes, sessions| routes.layer(from_fn(catch_panic)).layer(sessions)).await;
        let browser = world.ann().await;
        assert_failed(&browser.clone().post(&format!("/{deed}/panic")).await, deed);
        assert_untouched(&world, &browser, deed).await;
    }
    let world = world_with(|routes, sessions| routes.layer(from_fn(catch_panic)).layer(sessions)).await;
    let mut browser = world.ann().await;
    let before = browser.clone();
    assert!(browser.post("/rotate/panic").await.pair().is_some());
    assert_eq!(world.shown(&browser).await, ANN);
    assert_eq!(world.shown(&before).await, "anonymous");
    assert!(browser.post("/destroy/panic").await.removes_cookie());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t41_a_panic_that_is_caught_further_out_is_carried_out_without_its_request() {
    for deed in UNRETURNED {
        let world = world_with(|routes, sessions| routes.layer(sessions).layer(from_fn(catch_panic))).await;
        let browser = world.ann().await;
        assert_failed(&browser.clone().post(&format!("/{deed}/panic")).await, deed);
        assert_untouched(&world, &browser, deed).await;
    }
    for (deed, op, left) in [("destroy", Op::Delete, 0), ("rotate", Op::Rotate, 1)] {
        let world = world_with(|routes, sessions| routes.layer(sessions).layer(from_fn(catch_panic))).await;
        let before = world.ann().await;
        assert_failed(&before.clone().post(&format!("/{deed}/panic")).await, deed);
        world.store.finished(op, 1).await;
        assert_eq!(world.store.len(), left, "{deed}");
        assert_eq!(world.shown(&before).await, "anonymous", "{deed}");
    }
}

#[tokio::test]
async fn t41_a_panic_that_nobody_catches_ends_the_connection_and_not_the_logout() {
    let world = world().await;
    for (deed, dies) in [("note", false), ("destroy", true)] {
        let browser = world.ann().await;
        let mut stream = browser.prepare(Request::post(&format!("/{deed}/panic"))).start(world.server).await;
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        assert!(answer.is_empty());
        if dies {
            world.store.finished(Op::Delete, 1).await;
        }
        assert_eq!(world.shown(&browser).await, if dies { "anonymous" } else { ANN });
    }
}

#[tokio::test]
async fn t41_a_client_that_hangs_up_stops_the_changes_of_its_handler() {
    for deed in UNRETURNED {
        let world = world().await;
        let browser = world.ann().await;
        world.hang_up(&browser, &format!("/{deed}/hang")).await;
        assert_untouched(&world, &browser, deed).await;
    }
}

#[tokio::test]
async fn t41_a_client_that_hangs_up_does_not_stop_a_logout_or_a_rotation() {
    for (deed, op, left) in [("destroy", Op::Delete, 0), ("rotate", Op::Rotate, 1)] {
        let world = world().await;
        let browser = world.ann().await;
        world.hang_up(&browser, &format!("/{deed}/hang")).await;
        world.store.finished(op, 1).await;
        assert_eq!(world.store.len(), left, "{deed}");
        assert_eq!(world.shown(&browser).await, "anonymous", "{deed}");
    }
}

/// Hangs up when the commit of `deed` stands before its store call.
async fn hang_up_in_commit(world: &World, browser: &Browser, deed: &str, op: Op) {
    let commit = world.store.pause(Moment::Before(op));
    let stream = browser.prepare(Request::post(&format!("/{deed}/200"))).start(world.server).await;
    commit.reached().await;
    drop(stream);
}

#[tokio::test]
async fn t41_a_client_that_hangs_up_during_the_commit_does_not_stop_what_must_be_done() {
    for (deed, op) in
        [("destroy", Op::Delete), ("logout", Op::Delete), ("switch", Op::Rotate), ("leave", Op::Rotate)]
    {
        let world = world().await;
        let browser = world.ann().await;
        hang_up_in_commit(&world, &browser, deed, op).await;
        world.store.finished(Op::Delete, 1).await;
        assert_eq!(world.store.len(), 0, "{deed}");
        assert_eq!(world.shown(&browser).await, "anonymous", "{deed}");
    }
    for deed in ["rotate", "demote"] {
        let world = world().await;
        let browser = world.ann().await;
        hang_up_in_commit(&world, &browser, deed, Op::Rotate).await;
        world.store.finished(Op::Rotate, 1).await;
        assert_eq!(world.shown(&browser).await, "anonymous", "{deed}");
        assert_eq!(world.store.len(), 1, "{deed}");
    }
}

#[tokio::test]
async fn t41_a_write_that_is_cut_off_leaves_the_old_or_the_new_record_and_no_lock() {
    for moment in [Moment::Before(Op::Update), Moment::After(Op::Update)] {
        let world = world().await;
        let browser = world.ann().await;
        let commit = world.store.pause(moment);
        let stream = browser.prepare(Request::post("/note/200")).start(world.server).await;
        commit.reached().await;
        drop(stream);
        let expected =
            if moment == Moment::Before(Op::Update) { ANN.to_owned() } else { format!("{ANN}changed") };
        assert_eq!(world.shown(&browser).await, expected);
        assert_eq!(browser.clone().post("/note/200").await.status, 200, "the session is still locked");
    }
}

/// An inner timeout whose error handler answers with a status that would commit.
fn timed_out(routes: Router, sessions: Sessions<Shop>) -> Router {
    let answer = HandleErrorLayer::new(|_: BoxError| async { StatusCode::REQUEST_TIMEOUT });
    let timeout = ServiceBuilder::new().layer(answer).timeout(Duration::from_millis(20));
    routes.layer(timeout).layer(sessions)
}

#[tokio::test]
async fn t41_an_inner_timeout_stops_the_changes_also_where_it_is_answered_with_4xx() {
    for deed in UNRETURNED {
        let world = world_with(timed_out).await;
        let browser = world.ann().await;
        let reply = browser.clone().post(&format!("/{deed}/hang")).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (408, 0), "{deed}");
        assert_untouched(&world, &browser, deed).await;
    }
}

#[tokio::test]
async fn t41_an_inner_timeout_does_not_stop_a_logout_or_a_rotation() {
    let world = world_with(timed_out).await;
    let mut browser = world.ann().await;
    let reply = browser.post("/rotate/hang").await;
    assert!(reply.status == 408 && reply.pair().is_some(), "{reply:?}");
    assert_eq!(world.shown(&browser).await, ANN);
    let reply = browser.post("/destroy/hang").await;
    assert!(reply.status == 408 && reply.removes_cookie(), "{reply:?}");
    assert_eq!(world.store.len(), 0);
}
