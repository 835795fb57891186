//! What ends while a request is on its way, and stays ended for as long as a copy could live.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::{EncryptedStore, RevocationList};
use session_runtime::{KeyRing, MemoryStore, Session};
use session_tests::{ByHand, Request, ScriptedStore, patiently};

use crate::world::{Format, MINUTE, Shop, World, key, keys, on_both};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn t2_s59_a_slow_reader_with_a_cookie_under_an_old_key_brings_nothing_back() {
    on_both(async |format| {
        let store = ScriptedStore::new();
        let list = || Some(RevocationList::new(store.clone()));
        let old = World::serve(format.sessions(keys(), list()), store.clone()).await;
        let both = format.sessions(KeyRing::new(key(2)).and_read(key(1)).unwrap(), list());
        let both = World::serve(both, store.clone()).await;
        let copy = old.logged_in().await.cookie().unwrap();
        let server = both.server;
        let slow = Request::get("/slow-read").cookie(&copy);
        let slow = tokio::spawn(async move { slow.send(server).await });
        both.gate.reached().await;
        assert!(Request::post("/logout").cookie(&copy).send(server).await.removes_cookie());
        both.gate.open();
        let reply = patiently("the slow request", slow).await.unwrap();
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn t2_what_was_saved_before_a_logout_brings_nothing_back() {
    on_both(async |format| {
        for more in [false, true] {
            let world = World::new(format).await;
            let copy = world.logged_in().await.cookie().unwrap();
            let mut requests: ByHand<Session<Shop>> =
                ByHand::serve(|app| app.layer(world.sessions.clone())).await;
            let request = requests.handle(&copy).await;
            request.given.update(|shop| shop.note = "saved".into());
            request.given.save().await.unwrap();
            assert!(Request::post("/logout").cookie(&copy).send(world.server).await.removes_cookie());
            if more {
                request.given.update(|shop| shop.note = "more".into());
            }
            let reply = request.ends().await;
            let status = if more { 409 } else { 200 };
            assert_eq!((reply.status, reply.set_cookies().len()), (status, 0), "{format:?} {more}");
        }
    })
    .await;
}

/// A world of this format with a clock of its own, whose list is in `store`.
async fn server_of(
    format: Format,
    store: &ScriptedStore,
    clock: &Arc<ManualClock>,
    remember: Duration,
) -> World {
    let builder = format.sessions(keys(), Some(RevocationList::new(store.clone()))).remember(remember);
    World::at(builder, store.clone(), Arc::clone(clock)).await
}

#[tokio::test]
async fn t10_an_end_outlives_every_copy_when_lifetimes_were_shortened() {
    on_both(async |format| {
        let store = ScriptedStore::new();
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let before = server_of(format, &store, &clock, 30 * DAY).await;
        let after = server_of(format, &store, &clock, DAY).await;
        let mut browser = before.logged_in().await;
        browser.post("/remember").await;
        let copy = browser.cookie().unwrap();
        assert!(Request::post("/logout").cookie(&copy).send(after.server).await.removes_cookie());
        clock.advance(2 * DAY);
        after.sessions.sweep().await.unwrap();
        assert_eq!(after.seen_with(&copy).await, "anonymous", "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn t10_an_end_outlives_every_copy_when_clocks_disagree() {
    on_both(async |format| {
        let store = ScriptedStore::new();
        let clock = |millis| Arc::new(ManualClock::at(Timestamp::from_millis(millis)));
        let (ahead, right) = (clock(1_800_000_059_000), clock(1_800_000_000_000));
        let ahead = server_of(format, &store, &ahead, 30 * DAY).await;
        let world = server_of(format, &store, &right, 30 * DAY).await;
        let mut browser = ahead.logged_in().await;
        browser.post("/remember").await;
        let copy = browser.cookie().unwrap();
        assert!(Request::post("/logout").cookie(&copy).send(world.server).await.removes_cookie());
        right.advance(30 * DAY + Duration::from_secs(1));
        world.sessions.sweep().await.unwrap();
        assert_eq!(world.seen_with(&copy).await, "anonymous", "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn s15_s56_an_owner_of_another_application_is_another_owner() {
    on_both(async |format| {
        let list = RevocationList::new(MemoryStore::new());
        let mut worlds = Vec::new();
        for name in ["shop", "admin"] {
            let builder = format.sessions_of(keys(), Some(list.clone()), name);
            worlds.push(World::serve(builder, ScriptedStore::new()).await);
        }
        let mut here = worlds[0].logged_in().await;
        let mut there = worlds[1].logged_in().await;
        worlds[0].sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        assert_eq!(here.get("/").await.body, "anonymous");
        assert!(there.get("/").await.body.contains("ann"), "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn s14_a_logout_of_which_the_list_forgot_is_one_once_more() {
    on_both(async |format| {
        let inner = MemoryStore::new();
        let list = |ring| Some(RevocationList::new(EncryptedStore::new(inner.clone(), &ring)));
        let before = World::serve(format.sessions(keys(), list(keys())), ScriptedStore::new()).await;
        // the key that the list is under is lost, the one of the cookies is not
        let unread = list(KeyRing::new(key(2)));
        let after = World::serve(format.sessions(keys(), unread), ScriptedStore::new()).await;
        let copy = before.logged_in().await.cookie().unwrap();
        let logout = async |world: &World| Request::post("/logout").cookie(&copy).send(world.server).await;
        assert_eq!(logout(&before).await.status, 200);
        assert!(after.seen_with(&copy).await.contains("ann"), "{format:?}: as the docs of the list say");
        assert_eq!(logout(&after).await.status, 200, "{format:?}: what does not open gives way");
        assert_eq!(after.seen_with(&copy).await, "anonymous", "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn s14_a_logout_that_the_list_cannot_keep_says_so() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        // there is something under the key of its entry, which is no entry
        world.store.collide(2);
        let reply = browser.post("/logout").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{format:?}");
        assert!(browser.get("/").await.body.contains("ann"), "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn s15_a_browser_whose_session_was_revoked_writes_nothing_and_can_log_in() {
    on_both(async |format| {
        let world = World::new(format).await;
        let (mut waits, mut leaves) = (world.logged_in().await, world.logged_in().await);
        world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        world.clock.advance(MINUTE);
        assert_eq!(waits.post("/note/mine").await.status, 409, "{format:?}");
        assert_eq!(waits.post("/login/ann").await.status, 200, "{format:?}");
        assert_eq!(waits.get("/").await.body, "user=Some(\"ann\") note= theme=", "{format:?}");
        assert!(leaves.post("/logout-explicitly").await.removes_cookie());
        assert_eq!(leaves.post("/login/ann").await.status, 200);
    })
    .await;
}
