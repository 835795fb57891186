//! Migrations and renewed ids: both happen to one session, by servers of two versions (T42, S24).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::{EncryptedStore, Found, Store as _};
use session_runtime::{
    EncryptedCookieStore, Error, MemoryStore, RevocationList, Session, Sessions, SessionsBuilder, Token,
    with_session,
};
use session_tests::{Browser, Moment, Op, Reply, Request, ScriptedStore, patiently, serve};

use crate::code::{Code, before, coupon_before, keys, note, note_before, show, value};

#[with_session]
async fn show_before(session: &before::Code) -> String {
    format!("{} {}", session.coupon, session.note)
}

async fn renew(handle: Session<Code>) {
    handle.renew();
}

async fn renew_before(handle: Session<before::Code>) {
    handle.renew();
}

/// Stores its activity, and then a change.
async fn twice(handle: Session<Code>) -> Result<(), Error> {
    handle.save().await?;
    handle.update(|code| code.note.push('!'));
    handle.save().await?;
    handle.update(|code| code.coupons.push("last".to_owned()));
    Ok(())
}

struct World {
    clock: Arc<ManualClock>,
    old: SocketAddr,
    new: SocketAddr,
    cookie: String,
    sessions: Sessions<Code>,
}

impl World {
    async fn of(old: SessionsBuilder<before::Code>, new: SessionsBuilder<Code>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_795_225_026_123)));
        let old = old.clock(Arc::clone(&clock)).build().unwrap();
        let new = new.clock(Arc::clone(&clock)).build().unwrap();
        let cookie = old.issue(value()).await.unwrap().cookie().to_owned();
        // an id that was made just now is not renewed
        clock.advance(Duration::from_secs(300));
        let earlier = Router::new()
            .route("/", get(show_before))
            .route("/note", post(note_before))
            .route("/coupon", post(coupon_before))
            .route("/renew", post(renew_before))
            .layer(old);
        let later = Router::new()
            .route("/", get(show))
            .route("/note", post(note))
            .route("/renew", post(renew))
            .route("/twice", post(twice))
            .layer(new.clone());
        Self { clock, old: serve(earlier).await, new: serve(later).await, cookie, sessions: new }
    }

    async fn scripted(store: &ScriptedStore) -> Self {
        Self::of(Sessions::builder(store.clone()), Sessions::builder(store.clone())).await
    }

    async fn post(&self, at: SocketAddr, target: &str) -> Reply {
        Request::post(target).cookie(&self.cookie).send(at).await
    }

    async fn shown(&self, cookie: &str) -> String {
        Request::get("/").cookie(cookie).send(self.new).await.body
    }

    /// The stored version of the session that the cookie has the id of.
    async fn version(&self, store: &ScriptedStore, cookie: &str) -> u32 {
        let token = Token::parse(cookie.split_once('=').unwrap().1).unwrap();
        match store.load(&self.sessions.key(&token)).await.unwrap() {
            Found::Record(record) => record.meta().schema,
            other => panic!("{other:?}"),
        }
    }
}

fn new_id(reply: &Reply) -> String {
    assert_eq!(reply.status, 200);
    reply.pair().expect("a new id").to_owned()
}

async fn everywhere() -> Vec<World> {
    let (memory, inner) = (MemoryStore::new(), MemoryStore::new());
    let ended = RevocationList::new(MemoryStore::new());
    let encrypted = || EncryptedStore::new(inner.clone(), &keys());
    let cookies = || EncryptedCookieStore::new(keys(), ended.clone()).application("shop");
    vec![
        World::of(Sessions::builder(memory.clone()), Sessions::builder(memory)).await,
        World::of(Sessions::builder(encrypted()), Sessions::builder(encrypted())).await,
        World::of(Sessions::builder(cookies()), Sessions::builder(cookies())).await,
    ]
}

#[tokio::test]
async fn t42_s24_whichever_version_renews_the_other_one_follows_by_the_old_id_and_loses_nothing() {
    for later_renews in [true, false] {
        for (at, world) in everywhere().await.iter().enumerate() {
            let World { old, new, .. } = *world;
            let (renews, follows, mark) = if later_renews { (new, old, "?") } else { (old, new, "!") };
            let renewed = new_id(&world.post(renews, "/renew").await);
            assert_eq!(world.shown(&renewed).await, "winter n", "store {at}");
            let reply = world.post(follows, "/note").await;
            assert_eq!(reply.status, 200, "store {at}");
            let mut browser = Browser::new(new);
            browser.plant(reply.pair().unwrap_or(&renewed));
            assert_eq!(browser.get("/").await.body, format!("winter n{mark}"), "store {at}");
            browser.post("/note").await;
            assert_eq!(browser.get("/").await.body, format!("winter n{mark}!"), "store {at}");
        }
    }
}

#[tokio::test]
async fn t42_s24_a_renewal_writes_the_migration_in_its_one_call() {
    let store = ScriptedStore::new();
    let world = World::scripted(&store).await;
    store.forget();
    let new = new_id(&world.post(world.new, "/renew").await);
    assert_eq!(store.calls(), [Op::Load, Op::Rotate]);
    assert_eq!(world.version(&store, &new).await, 1);
    assert_eq!(world.shown(&new).await, "winter n");
}

#[tokio::test]
async fn t42_s24_a_renewal_by_the_earlier_version_meanwhile_takes_no_migration_away() {
    let store = ScriptedStore::new();
    let world = World::scripted(&store).await;
    let gate = store.pause(Moment::Before(Op::Update));
    let (request, to) = (Request::post("/note").cookie(&world.cookie), world.new);
    let running = tokio::spawn(async move { request.send(to).await });
    gate.reached().await;
    let new = new_id(&world.post(world.old, "/renew").await);
    assert_eq!(world.version(&store, &new).await, 0);
    gate.open();
    let reply = patiently("the later one", running).await.unwrap();
    assert_eq!((reply.status, reply.pair()), (200, Some(&*new)));
    assert_eq!((world.shown(&new).await.as_str(), world.version(&store, &new).await), ("winter n!", 1));
}

#[tokio::test]
async fn t42_s24_what_the_earlier_version_changes_while_the_later_one_renews_is_kept_or_refused() {
    for (target, status, shown) in [("/note", 200, "winter n?"), ("/coupon", 409, "winter n")] {
        let store = ScriptedStore::new();
        let world = World::scripted(&store).await;
        let gate = store.pause(Moment::Before(Op::Update));
        let (request, to) = (Request::post(target).cookie(&world.cookie), world.old);
        let running = tokio::spawn(async move { request.send(to).await.status });
        gate.reached().await;
        let new = new_id(&world.post(world.new, "/renew").await);
        gate.open();
        assert_eq!(patiently("the earlier one", running).await.unwrap(), status, "{target}");
        assert_eq!(
            (world.shown(&new).await.as_str(), world.version(&store, &new).await),
            (shown, 1),
            "{target}"
        );
    }
}

#[tokio::test]
async fn t42_s24_a_renewal_that_cannot_be_done_leaves_the_migration_to_the_next_write() {
    let store = ScriptedStore::new();
    let world = World::scripted(&store).await;
    store.fail(&[Op::Rotate]);
    assert_eq!(world.post(world.new, "/renew").await.status, 200);
    store.recover();
    assert_eq!(world.version(&store, &world.cookie).await, 0);
    assert_eq!(world.post(world.new, "/note").await.status, 200);
    assert_eq!(world.shown(&world.cookie).await, "winter n!");
    assert_eq!(world.version(&store, &world.cookie).await, 1);
}

#[tokio::test]
async fn t42_a_request_that_stores_its_activity_first_migrates_with_its_first_change() {
    let store = ScriptedStore::new();
    let world = World::scripted(&store).await;
    // long enough for its activity to be recorded
    world.clock.advance(Duration::from_secs(1800));
    store.forget();
    assert_eq!(world.post(world.new, "/twice").await.status, 200);
    assert_eq!(store.calls(), [Op::Load, Op::Touch, Op::Update, Op::Update]);
    assert_eq!(world.shown(&world.cookie).await, "winter+last n!");
    assert_eq!(world.version(&store, &world.cookie).await, 1);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.post(world.new, "/note").await.status, 200, "what follows is an ordinary write");
}
