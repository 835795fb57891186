//! `Session::save`: by handles that outlive their response, interrupted, and beside what else the request does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts as _, Request as AxumRequest};
use axum::http::request::Parts;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Flash, Session, Sessions, SessionsBuilder, session, with_session};
use session_tests::{ByHand, Gate, Handling, Moment, Op, Request, ScriptedStore, logs, patiently};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(merge = add)]
    visits: u32,
    cart: Vec<String>,
    notice: Flash<String>,
}

/// Saves before it staged, and then as it should.
#[with_session]
async fn unstaged(session: &mut Shop, handle: Session<Shop>) {
    session.visits += 1;
    let refused = handle.save().await.unwrap_err();
    assert!(refused.is_config() && refused.to_string().contains("stage"), "{refused}");
    handle.stage(session);
    handle.save().await.unwrap();
}

struct World {
    store: ScriptedStore,
    web: ByHand<Session<Shop>>,
    /// Of a session with one visit.
    cookie: String,
}

async fn world_with(set: impl FnOnce(SessionsBuilder<Shop>) -> SessionsBuilder<Shop>) -> World {
    let store = ScriptedStore::new();
    let sessions = set(Sessions::builder(store.clone())).build().unwrap();
    let web = ByHand::serve(|app| app.route("/unstaged", post(unstaged)).layer(sessions.clone())).await;
    let cookie = sessions.issue(Shop { visits: 1, ..Shop::default() }).await.unwrap().cookie().to_owned();
    World { store, web, cookie }
}

async fn world() -> World {
    world_with(|builder| builder).await
}

impl World {
    /// What the session of this cookie holds.
    async fn shown(&mut self, cookie: &str) -> Arc<Shop> {
        let request = self.web.handle(cookie).await;
        let shown = request.given.get();
        request.ends().await;
        shown
    }

    /// What the world's session holds.
    async fn stored(&mut self) -> Arc<Shop> {
        self.shown(&self.cookie.clone()).await
    }

    /// A request on the world's session that has come to its handler.
    async fn request(&mut self) -> Handling<Session<Shop>> {
        self.web.handle(&self.cookie).await
    }

    /// The handle of a request whose response is sent, and which made `change` before.
    async fn after_response(&mut self, change: impl FnOnce(&mut Shop)) -> Session<Shop> {
        let request = self.request().await;
        request.given.update(change);
        let (handle, reply) = request.returns().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0));
        handle
    }
}

fn push(shop: &mut Shop) {
    shop.cart.push("book".to_owned());
}

/// A save that has come to `moment`, and stays there until the gate is opened or the task aborted.
async fn saving(store: &ScriptedStore, handle: &Session<Shop>, moment: Moment) -> (Gate, JoinHandle<()>) {
    let (gate, handle) = (store.pause(moment), handle.clone());
    let save = tokio::spawn(async move { handle.save().await.unwrap() });
    gate.reached().await;
    (gate, save)
}

/// Cancels a save that has come to `moment`.
async fn cancel(store: &ScriptedStore, handle: &Session<Shop>, moment: Moment) {
    let (_, save) = saving(store, handle, moment).await;
    save.abort();
    assert!(save.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn t34_a_save_after_the_response_sends_only_what_changed_since_it() {
    let mut world = world().await;
    let handle = world.after_response(|shop| shop.visits += 1).await;
    for expected in [1, 2] {
        handle.update(push);
        handle.save().await.unwrap();
        let stored = world.stored().await;
        assert_eq!(
            (stored.visits, stored.cart.len()),
            (2, expected),
            "what the response counted counts once"
        );
    }
}

#[tokio::test]
async fn s11_a_save_after_the_response_of_a_login_goes_to_the_new_session() {
    let mut world = world().await;
    let request = world.web.handle("").await;
    request.given.update(|shop| shop.user = Some(1));
    let (handle, reply) = request.returns().await;
    handle.update(push);
    handle.save().await.unwrap();
    let stored = world.shown(reply.pair().unwrap()).await;
    assert_eq!((stored.user, stored.cart.len()), (Some(1), 1));
}

#[tokio::test]
async fn a_save_after_the_response_does_not_bring_back_a_message_that_was_shown() {
    let mut world = world().await;
    let handle = world.after_response(|shop| shop.notice.set("hello".to_owned())).await;
    let reader = world.request().await;
    assert_eq!(reader.given.get().notice.get().map(String::as_str), Some("hello"));
    reader.ends().await;
    handle.update(|shop| shop.visits += 1);
    handle.save().await.unwrap();
    assert_eq!(world.stored().await.notice.peek(), None);
}

#[tokio::test]
async fn s44_a_persistent_cookie_that_would_be_renewed_does_not_make_a_save_too_late() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let mut world = world_with(|builder| builder.clock(Arc::clone(&clock)).persistent(true)).await;
    let handle = world.after_response(|_| ()).await;
    clock.advance(Duration::from_secs(20 * 60)); // more than a tenth of the idle time
    handle.update(|shop| shop.visits += 1);
    handle.save().await.unwrap();
    assert_eq!(world.stored().await.visits, 2);
    handle.rotate();
    assert!(handle.save().await.unwrap_err().is_too_late(), "another id needs another cookie");
}

#[tokio::test]
async fn t2_what_was_saved_before_a_logout_sends_no_cookie_with_the_409() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let mut world = world_with(|builder| builder.clock(Arc::clone(&clock)).persistent(true)).await;
    clock.advance(Duration::from_secs(20 * 60)); // more than a tenth of the idle time: the cookie is renewed
    let slow = world.request().await;
    slow.given.update(|shop| shop.visits += 1);
    slow.given.save().await.unwrap();
    let logout = world.request().await;
    logout.given.destroy();
    assert_eq!(logout.ends().await.status, 200);
    slow.given.update(|shop| shop.visits += 1);
    let reply = slow.ends().await;
    assert_eq!((reply.status, reply.set_cookies().len()), (409, 0));
}

#[tokio::test]
async fn s26_a_session_first_asked_for_after_the_response_is_not_created_under_an_id_that_nobody_gets() {
    let (sender, mut requests) = unbounded_channel::<Parts>();
    let keep = async move |request: AxumRequest| sender.send(request.into_parts().0).unwrap();
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    let web = ByHand::<()>::serve(|app| app.route("/keep", post(keep)).layer(sessions)).await;
    assert_eq!(Request::post("/keep").send(web.server).await.status, 200);
    let mut parts = requests.recv().await.unwrap();
    let handle = Session::<Shop>::from_request_parts(&mut parts, &()).await.unwrap();
    handle.update(push);
    assert!(handle.save().await.unwrap_err().is_too_late());
    assert_eq!((store.len(), store.calls()), (0, vec![]));
}

#[tokio::test]
async fn s14_a_destroy_after_the_response_is_done_by_a_save_and_in_the_log_without_one() {
    let mut world = world().await;
    for (saved, left) in [(false, 1), (true, 0)] {
        let handle = world.after_response(|_| ()).await;
        logs::listen();
        handle.destroy();
        if saved {
            handle.save().await.unwrap();
        }
        drop(handle);
        assert_eq!(logs::count("lost_change"), usize::from(!saved), "saved: {saved}");
        assert_eq!(world.store.len(), left, "saved: {saved}");
    }
}

#[tokio::test]
async fn s14_a_destroy_while_a_save_is_awaited_is_done_with_the_response() {
    for (cookie, op) in [(true, Op::Update), (false, Op::Create)] {
        let mut world = world().await;
        let cookie = if cookie { world.cookie.clone() } else { String::new() };
        let request = world.web.handle(&cookie).await;
        request.given.update(push);
        let (gate, save) = saving(&world.store, &request.given, Moment::After(op)).await;
        request.given.destroy();
        gate.open();
        patiently("the save", save).await.unwrap();
        let reply = request.ends().await;
        assert_eq!((reply.status, reply.pair()), (200, None), "{op:?}");
        assert_eq!(reply.removes_cookie(), op == Op::Update, "{op:?}");
        assert_eq!(world.store.len(), usize::from(op == Op::Create), "{op:?}: only the session of the world");
    }
}

#[tokio::test]
async fn s11_a_rotation_or_a_change_while_a_save_is_awaited_is_done_with_the_response() {
    for wish in [Session::<Shop>::rotate, Session::<Shop>::authenticated] {
        let mut world = world().await;
        let request = world.request().await;
        request.given.update(push);
        let (gate, save) = saving(&world.store, &request.given, Moment::After(Op::Update)).await;
        wish(&request.given);
        request.given.update(|shop| shop.visits += 1);
        gate.open();
        patiently("the save", save).await.unwrap();
        let reply = request.ends().await;
        let stored = world.shown(reply.pair().expect("a new id")).await;
        assert_eq!((stored.visits, stored.cart.len()), (2, 1));
        assert_eq!(world.stored().await.visits, 0, "the old id is dead");
    }
}

#[tokio::test]
async fn t41_what_a_cancelled_save_sent_is_applied_once_whether_it_arrived_or_not() {
    for moment in [Moment::Before(Op::Update), Moment::After(Op::Update)] {
        let mut world = world().await;
        let request = world.request().await;
        request.given.update(|shop| shop.visits += 1);
        cancel(&world.store, &request.given, moment).await;
        request.given.update(push);
        assert_eq!(request.ends().await.status, 200, "{moment:?}");
        let stored = world.stored().await;
        assert_eq!((stored.visits, stored.cart.len()), (2, 1), "{moment:?}");
    }
}

#[tokio::test]
async fn t41_a_save_that_timed_out_after_its_write_arrived_is_applied_once() {
    let mut world = world_with(|builder| builder.store_timeout(Duration::from_millis(1))).await;
    let request = world.request().await;
    request.given.update(|shop| shop.visits += 1);
    let _never_opened = world.store.pause(Moment::After(Op::Update));
    assert!(request.given.save().await.unwrap_err().is_unavailable());
    assert_eq!(request.ends().await.status, 200);
    assert_eq!(world.stored().await.visits, 2);
}

#[tokio::test]
async fn t41_a_cancelled_save_whose_outcome_another_write_hides_is_refused_and_applied_at_most_once() {
    for (moment, expected) in [(Moment::Before(Op::Update), 11), (Moment::After(Op::Update), 12)] {
        let mut world = world().await;
        let request = world.request().await;
        request.given.update(|shop| shop.visits += 1);
        cancel(&world.store, &request.given, moment).await;
        world.after_response(|shop| shop.visits += 10).await;
        let reply = request.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{moment:?}");
        assert_eq!(world.stored().await.visits, expected, "{moment:?}");
    }
}

#[tokio::test]
async fn t41_a_cancelled_rotation_that_arrived_is_refused_and_the_old_id_is_dead() {
    let mut world = world().await;
    let request = world.request().await;
    request.given.update(|shop| shop.user = Some(1));
    cancel(&world.store, &request.given, Moment::After(Op::Rotate)).await;
    let reply = request.ends().await;
    assert_eq!((reply.status, reply.pair()), (409, None), "nobody knows the new id");
    assert_eq!(world.stored().await.visits, 0);
}

#[tokio::test]
async fn a_save_of_a_copy_that_was_not_staged_is_refused_and_says_what_to_write() {
    let mut world = world().await;
    world.store.forget();
    let reply = Request::post("/unstaged").cookie(&world.cookie).send(world.web.server).await;
    assert_eq!(reply.status, 200, "the handler's own expectations hold");
    assert_eq!(world.store.calls(), [Op::Load, Op::Update], "the refused one asked the store nothing");
    assert_eq!(world.stored().await.visits, 2);
}

#[tokio::test]
async fn a_value_staged_without_a_running_handler_counts() {
    let mut world = world().await;
    let request = world.request().await;
    request.given.stage(&Shop { visits: 7, ..Shop::default() });
    request.given.save().await.unwrap();
    request.ends().await;
    assert_eq!(world.stored().await.visits, 7);
}

#[tokio::test]
async fn s14_what_was_changed_before_a_saved_logout_has_ended_with_it() {
    let mut world = world().await;
    let request = world.request().await;
    request.given.update(push);
    request.given.destroy();
    request.given.save().await.unwrap();
    assert_eq!((request.given.get().visits, request.given.get().cart.len()), (0, 0));
    // as good as nothing: everything is at its default already
    request.given.update(|shop| *shop = Shop::default());
    let reply = request.ends().await;
    assert!(reply.status == 200 && reply.removes_cookie(), "{reply:?}");
    assert!(world.store.is_empty());
}

#[tokio::test]
async fn s26_a_saved_logout_of_nobody_does_not_swallow_what_comes_after_it() {
    for cookie in ["", "__Host-id=CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"] {
        let mut world = world().await;
        let request = world.web.handle(cookie).await;
        request.given.update(push);
        request.given.destroy();
        request.given.save().await.unwrap();
        request.given.update(|shop| shop.visits = 3);
        let reply = request.ends().await;
        let stored = world.shown(reply.pair().expect("a session")).await;
        assert_eq!((stored.visits, stored.cart.len()), (3, 0), "{cookie}");
    }
}

#[tokio::test]
async fn s20_activity_that_a_save_recorded_is_not_recorded_again_with_the_response() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let mut world = world_with(|builder| builder.clock(Arc::clone(&clock))).await;
    clock.advance(Duration::from_secs(15 * 60));
    let request = world.request().await;
    world.store.forget();
    request.given.save().await.unwrap();
    request.given.save().await.unwrap();
    request.ends().await;
    assert_eq!(world.store.calls(), [Op::Touch]);
}

#[tokio::test]
async fn t2_what_was_saved_before_a_logout_sends_no_cookie_where_nothing_follows_it() {
    let mut world = world().await;
    let (slow, other) = (world.request().await, world.request().await);
    slow.given.update(|shop| shop.user = Some(1));
    slow.given.save().await.unwrap();
    // it was there before the login, and a logout beats that
    other.given.destroy();
    assert!(other.ends().await.removes_cookie());
    assert!(world.store.is_empty());
    let reply = slow.ends().await;
    assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "a later login may have set another one");
}
