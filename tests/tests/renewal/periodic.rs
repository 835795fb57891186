//! An id that is old enough is renewed by the next request that is activity (S24).

use session_runtime::{Session, session, with_session};
use session_tests::{Op, ScriptedStore};

use crate::world::{GRACE, HOUR, Login, SECOND, TICK, World, just_before};

/// Ids are renewed after half an hour; the session's is ten minutes old.
async fn world() -> (World, ScriptedStore) {
    let store = ScriptedStore::new();
    let builder = session_runtime::Sessions::builder(store.clone()).renew(HOUR / 2);
    let world = World::new("periodic", builder).await;
    store.forget();
    (world, store)
}

#[tokio::test]
async fn s24_an_id_is_renewed_at_its_age_and_not_before() {
    let (mut world, store) = world().await;
    world.clock.advance(just_before(HOUR / 3));
    let old = world.old.clone();
    assert_eq!(world.send(&old, |_| ()).await.set_cookies().len(), 0);
    world.clock.advance(TICK);
    store.forget();
    let reply = world.send(&old, |_| ()).await;
    let new = reply.pair().expect("a request that only reads renews").to_owned();
    assert_eq!(store.calls(), [Op::Load, Op::Load, Op::Update, Op::Rotate], "noted for the owner, and done");
    assert_eq!(world.user(&new).await.as_deref(), Some("ann"));
    // the age of the new one begins
    world.clock.advance(just_before(HOUR / 2));
    assert_eq!(world.send(&new, |_| ()).await.set_cookies().len(), 0);
    world.clock.advance(TICK);
    assert!(world.send(&new, |_| ()).await.pair().is_some());
    assert_eq!(world.user(&old).await, None);
}

#[tokio::test]
async fn s24_a_renewal_goes_with_the_changes_in_one_call() {
    let (mut world, store) = world().await;
    world.clock.advance(HOUR / 3);
    let reply = world.send(&world.old.clone(), |handle| handle.update(|login| login.b = 3)).await;
    assert_eq!(store.calls(), [Op::Load, Op::Load, Op::Update, Op::Rotate], "noted for the owner, and done");
    assert_eq!(world.value(reply.pair().unwrap()).await.b, 3);
}

#[tokio::test]
async fn s24_t4_a_due_renewal_never_turns_a_change_of_privilege_into_one_with_a_grace() {
    let (mut world, _) = world().await;
    world.clock.advance(HOUR / 3);
    let changes: [fn(&Session<Login>); 4] = [
        |handle| handle.update(|login| login.admin = true),
        |handle| handle.update(|login| login.user = Some("bob".into())),
        Session::authenticated,
        Session::rotate,
    ];
    for change in changes {
        let before = world.old.clone();
        let reply = world.send(&before, change).await;
        world.expect_dead(&before).await;
        reply.pair().expect("a new id").clone_into(&mut world.old);
        world.clock.advance(HOUR / 2);
    }
}

#[tokio::test]
async fn s24_a_rotation_begins_the_age_anew() {
    let (mut world, _) = world().await;
    world.clock.advance(HOUR / 4);
    let reply = world.send(&world.old.clone(), Session::rotate).await;
    let new = reply.pair().unwrap().to_owned();
    world.clock.advance(just_before(HOUR / 2));
    assert_eq!(world.send(&new, |_| ()).await.set_cookies().len(), 0);
    world.clock.advance(TICK);
    assert!(world.send(&new, |_| ()).await.pair().is_some());
}

#[tokio::test]
async fn s20_polling_and_background_work_renew_nothing() {
    #[with_session(activity = false)]
    async fn poll(session: &Login) -> String {
        session.user.clone().unwrap_or_default()
    }
    let store = ScriptedStore::new();
    let sessions = session_runtime::Sessions::<Login>::builder(store.clone()).renew(HOUR / 2);
    let mut world = World::new("polled", sessions).await;
    world.clock.advance(HOUR / 2);
    let app = axum::Router::new().route("/", axum::routing::get(poll)).layer(world.sessions.clone());
    let server = session_tests::serve(app).await;
    let reply = session_tests::Request::get("/").cookie(&world.old).send(server).await;
    assert_eq!((reply.body.as_str(), reply.set_cookies().len()), ("ann", 0));
    let token = session_runtime::Token::parse(world.old.split_once('=').unwrap().1).unwrap();
    world.sessions.edit(&token, |login| login.b = 1).await.unwrap();
    assert!(!store.calls().contains(&Op::Rotate));
    assert!(world.send(&world.old.clone(), |_| ()).await.pair().is_some(), "who is there renews it");
}

#[tokio::test]
async fn s24_after_the_response_nothing_is_renewed_by_itself_and_on_demand_is_an_error() {
    let (mut world, store) = world().await;
    let (handle, reply) = world.early().await.returns().await;
    assert_eq!(reply.status, 200);
    world.clock.advance(HOUR / 2);
    store.forget();
    handle.update(|login| login.b = 1);
    handle.save().await.unwrap();
    assert_eq!(store.calls(), [Op::Update], "a stream cannot carry an id");
    handle.renew();
    assert!(handle.save().await.unwrap_err().is_too_late());
}

#[tokio::test]
async fn s24_a_stream_goes_on_under_the_new_id() {
    let (mut world, _) = world().await;
    let (handle, _) = world.early().await.returns().await;
    world.clock.advance(HOUR / 3);
    let old = world.old.clone();
    let new = world.send(&old, |_| ()).await.pair().unwrap().to_owned();
    handle.update(|login| login.b = 1);
    handle.save().await.unwrap();
    world.clock.advance(2 * GRACE);
    handle.update(|login| login.c = 2);
    handle.save().await.unwrap();
    let value = world.value(&new).await;
    assert_eq!((value.b, value.c), (1, 2), "what knows the new id outlasts the grace");
}

#[tokio::test]
async fn s24_it_is_declared_on_the_struct() {
    #[session(renew = "10m", grace = "5s")]
    struct Visits {
        count: u32,
    }
    #[with_session]
    async fn count(session: &mut Visits) -> String {
        session.count += 1;
        session.count.to_string()
    }
    let clock = std::sync::Arc::new(session_runtime::clock::ManualClock::default());
    let builder = session_runtime::Sessions::<Visits>::builder(session_runtime::MemoryStore::new());
    let sessions = builder.clock(std::sync::Arc::clone(&clock)).build().unwrap();
    let app = axum::Router::new().route("/", axum::routing::get(count)).layer(sessions);
    let mut browser = session_tests::Browser::new(session_tests::serve(app).await);
    browser.get("/").await;
    let mut slow = browser.clone();
    clock.advance(600 * SECOND);
    assert!(browser.get("/").await.pair().is_some());
    clock.advance(just_before(5 * SECOND));
    assert_eq!(slow.get("/").await.body, "3");
    clock.advance(600 * SECOND);
    assert_eq!(slow.get("/").await.body, "4", "it learnt the new id");
}
