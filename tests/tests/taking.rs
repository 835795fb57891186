//! `take_once` beside what else its request does, and `edit` outside of a request: what works on the stored value.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Error, Extra, Session, Sessions, SessionsBuilder, session, with_session};
use session_tests::{ByHand, Op, Reply, Request, ScriptedStore};

#[session(idle = "30m", absolute = "12h")]
struct Bag {
    coupons: Vec<String>,
    note: String,
    #[session(extra)]
    extra: Extra,
}

fn coupon(bag: &mut Bag) -> Option<String> {
    bag.coupons.pop()
}

fn voucher(bag: &mut Bag) -> Option<u32> {
    bag.extra.pop("voucher").unwrap()
}

/// Changes another field in its copy, and another key of the dictionary.
#[with_session]
async fn beside(session: &mut Bag, handle: Session<Bag>) -> Result<String, Error> {
    session.note = "beside".into();
    session.extra.set("lang", "de").unwrap();
    Ok(format!("{:?} {:?}", handle.take_once(coupon).await?, handle.take_once(voucher).await?))
}

/// Changes the field that it takes from, before.
#[with_session]
async fn across(session: &mut Bag, handle: Session<Bag>) -> Result<String, Error> {
    session.coupons.insert(0, "mine".to_owned());
    Ok(format!("{:?}", handle.take_once(coupon).await?))
}

/// Changes the field that it took from, after.
#[with_session]
async fn back(session: &mut Bag, handle: Session<Bag>) -> Result<String, Error> {
    let taken = handle.take_once(coupon).await?;
    session.coupons.push("again".to_owned());
    Ok(format!("{taken:?}"))
}

struct World {
    store: ScriptedStore,
    clock: Arc<ManualClock>,
    sessions: Sessions<Bag>,
    web: ByHand<Session<Bag>>,
    /// Of a session with the coupons `a` and `b` and a voucher.
    cookie: String,
}

async fn world() -> World {
    world_with(|builder| builder).await
}

async fn world_with(set: impl FnOnce(SessionsBuilder<Bag>) -> SessionsBuilder<Bag>) -> World {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let builder = Sessions::<Bag>::builder(store.clone()).clock(Arc::clone(&clock));
    let sessions = set(builder).build().unwrap();
    let routes = |app: Router| {
        app.route("/beside", post(beside)).route("/across", post(across)).route("/back", post(back))
    };
    let web = ByHand::serve(|app| routes(app).layer(sessions.clone())).await;
    let mut bag = Bag { coupons: vec!["a".to_owned(), "b".to_owned()], ..Bag::default() };
    bag.extra.set("voucher", 1).unwrap();
    let cookie = sessions.issue(bag).await.unwrap().cookie().to_owned();
    World { store, clock, sessions, web, cookie }
}

impl World {
    /// What the session holds.
    async fn stored(&mut self) -> Arc<Bag> {
        let request = self.web.handle(&self.cookie).await;
        let shown = request.given.get();
        request.ends().await;
        shown
    }

    async fn post(&self, target: &str) -> Reply {
        Request::post(target).cookie(&self.cookie).send(self.web.server).await
    }
}

#[tokio::test]
async fn t34_a_take_from_a_field_with_changes_of_this_request_is_refused_before_the_store_is_asked() {
    let mut world = world().await;
    let request = world.web.handle(&world.cookie).await;
    request.given.update(|bag| bag.coupons.insert(0, "mine".to_owned()));
    world.store.forget();
    assert!(request.given.take_once(coupon).await.unwrap_err().is_config());
    assert_eq!(world.store.calls(), []);
    request.given.save().await.unwrap();
    assert_eq!(request.given.take_once(coupon).await.unwrap().as_deref(), Some("b"));
    assert_eq!(request.given.get().coupons, ["mine", "a"]);
    request.ends().await;
    assert_eq!(world.stored().await.coupons, ["mine", "a"], "neither what was taken nor the change is lost");
}

#[tokio::test]
async fn t34_takes_of_one_request_follow_each_other_and_leave_its_other_changes() {
    let mut world = world().await;
    let request = world.web.handle(&world.cookie).await;
    request.given.update(|bag| bag.note = "beside".into());
    for expected in [Some("b"), Some("a"), None] {
        assert_eq!(request.given.take_once(coupon).await.unwrap().as_deref(), expected);
    }
    request.given.update(|bag| bag.coupons.push("c".to_owned()));
    assert_eq!(request.ends().await.status, 200);
    let stored = world.stored().await;
    assert_eq!((stored.coupons.join(" "), stored.note.as_str()), ("c".to_owned(), "beside"));
}

#[tokio::test]
async fn t34_what_a_request_sets_beside_what_it_takes_is_kept_key_by_key() {
    let mut world = world().await;
    assert_eq!(world.post("/beside").await.body, "Some(\"b\") Some(1)");
    let stored = world.stored().await;
    assert_eq!((stored.coupons.join(" "), stored.note.as_str()), ("a".to_owned(), "beside"));
    assert_eq!(stored.extra.keys().collect::<Vec<_>>(), ["lang"]);
    assert_eq!(world.post("/beside").await.body, "Some(\"a\") None", "the voucher is gone");

    // the same through the handle
    let mut world = self::world().await;
    let request = world.web.handle(&world.cookie).await;
    request.given.update(|bag| bag.extra.set("lang", "de").unwrap());
    assert_eq!(request.given.take_once(voucher).await.unwrap(), Some(1));
    assert_eq!(request.ends().await.status, 200);
    assert_eq!(world.stored().await.extra.keys().collect::<Vec<_>>(), ["lang"]);
}

#[tokio::test]
async fn t34_a_handler_whose_copy_changes_the_taken_field_is_refused_and_cannot_bring_back_what_was_taken() {
    for target in ["/across", "/back"] {
        let mut world = world().await;
        for left in [vec!["a"], vec![]] {
            let reply = world.post(target).await;
            assert_eq!((reply.status, reply.body.as_str()), (409, ""), "{target}");
            assert_eq!(world.stored().await.coupons, left, "{target}");
        }
    }
}

#[tokio::test]
async fn s21_nothing_is_taken_from_a_session_whose_absolute_deadline_has_passed_in_flight() {
    let mut world = world().await;
    let request = world.web.handle(&world.cookie).await;
    world.clock.advance(Duration::from_secs(400 * 24 * 3600));
    world.store.forget();
    assert!(request.given.take_once(coupon).await.unwrap_err().is_gone());
    assert_eq!(world.store.calls(), []);
}

#[tokio::test]
async fn t2_nothing_is_taken_from_a_session_that_was_logged_out_or_rotated_in_flight() {
    for end in [Session::<Bag>::destroy, Session::<Bag>::rotate] {
        let mut world = world().await;
        let slow = world.web.handle(&world.cookie).await;
        let other = world.web.handle(&world.cookie).await;
        end(&other.given);
        other.ends().await;
        assert!(slow.given.take_once(coupon).await.unwrap_err().is_gone());
    }
}

#[tokio::test]
async fn s67_a_take_that_fails_has_the_status_that_the_application_chose() {
    let mut world = world_with(|builder| builder.status_when_gone(410).status_when_unavailable(504)).await;
    let (slow, other) = (world.web.handle(&world.cookie).await, world.web.handle(&world.cookie).await);
    world.store.fail(&[Op::Update]);
    assert_eq!(slow.given.take_once(coupon).await.unwrap_err().status(), 504);
    world.store.recover();
    other.given.destroy();
    other.ends().await;
    assert_eq!(slow.given.take_once(coupon).await.unwrap_err().status(), 410);
}

#[tokio::test]
async fn s20_an_edit_in_the_background_is_no_activity_of_the_visitor() {
    let mut world = world().await;
    let request = world.web.handle(&world.cookie).await;
    let token = request.given.token().unwrap();
    request.ends().await;
    for minutes in [20, 9] {
        world.clock.advance(Duration::from_secs(minutes * 60));
        world.sessions.edit(&token, |bag| bag.note.push('x')).await.unwrap();
    }
    world.clock.advance(Duration::from_secs(60)); // 30 minutes after the request
    assert!(world.sessions.edit(&token, |bag| bag.note.push('x')).await.unwrap_err().is_gone());
    assert!(!world.web.handle(&world.cookie).await.given.exists());
}

/// A session as it was before its owner became a number.
#[session]
struct Before {
    #[session(owner)]
    user: Option<String>,
}

#[session]
struct After {
    #[session(owner)]
    user: Option<u64>,
    note: String,
}

#[tokio::test]
async fn t42_an_edit_of_a_session_whose_owner_does_not_decode_finds_nothing_and_leaves_it() {
    let store = ScriptedStore::new();
    let before = Sessions::<Before>::new(store.clone()).unwrap();
    let after = Sessions::<After>::new(store.clone()).unwrap();
    let issued = before.issue(Before { user: Some("ann".to_owned()) }).await.unwrap();
    store.forget();
    for note in ["", "lost"] {
        let edited = after.edit(issued.token(), |session| session.note = note.to_owned()).await;
        assert!(edited.unwrap_err().is_gone(), "{note}");
    }
    assert_eq!(store.calls(), [Op::Load, Op::Load]);
    assert_eq!(before.edit(issued.token(), |s| s.user.clone()).await.unwrap().as_deref(), Some("ann"));
}
