//! The server does what it is asked, and the answer is lost: everything is done once, or it is said that nobody can tell.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use session_runtime::store::conformance::kit::{Write, at, fields, key, record, renewal, value};
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store as _, StoreError, Touched, Updated,
};
use session_runtime::{RedisStore, Sessions};
use session_tests::proxy::Proxy;
use session_tests::redis::{prefix, shared};
use session_tests::shop::{Shop, shop};
use session_tests::{Browser, patiently, serve};

/// A store behind a proxy, and one of the same prefix that is not.
struct World {
    proxy: Proxy,
    store: RedisStore,
    direct: RedisStore,
    prefix: String,
}

impl World {
    async fn new() -> Self {
        let (proxy, prefix) = (Proxy::before(shared().port()).await, prefix());
        let store = |url| RedisStore::builder(url).prefix(&prefix).timeout(Duration::from_secs(4)).build();
        let world = Self {
            store: store(proxy.url()).unwrap(),
            direct: store(shared().url()).unwrap(),
            proxy,
            prefix,
        };
        // connected, and all scripts known
        let created = record(&[]);
        world.store.create(&key(1000), Arc::clone(&created)).await.unwrap();
        world.store.update(&key(1000), &Write::blind().build()).await.unwrap();
        world.store.touch(&key(1000), at(1)).await.unwrap();
        world.store.rotate(&key(1000), &key(1001), &Write::blind().build(), at(9)).await.unwrap();
        world.store.delete(&key(1001), at(9)).await.unwrap();
        world
    }

    /// A record as the core creates it, by an operation of its own, that has been written to once.
    async fn loaded(&self, key: &Key) -> Arc<Record> {
        self.direct.create(key, record(&[("n", "0")])).await.unwrap();
        self.others_write(key, 1).await;
        self.record(key).await
    }

    async fn record(&self, key: &Key) -> Arc<Record> {
        match self.direct.load(key).await.unwrap() {
            Found::Record(record) => record,
            other => panic!("a record was expected, not {other:?}"),
        }
    }

    async fn others_write(&self, key: &Key, times: u32) {
        for _ in 0..times {
            let loaded = self.record(key).await;
            let changes = Write::after(&loaded).add("others", 1).build();
            assert_eq!(self.direct.update(key, &changes).await.unwrap(), Updated::Applied);
        }
    }

    /// Sends the changes, whose answer is lost; while nobody knows yet, others do `meanwhile`.
    async fn update_and_lose(
        &self,
        key: &Key,
        changes: &Changes,
        meanwhile: impl AsyncFnOnce(),
    ) -> Result<Updated, StoreError> {
        let gate = self.proxy.pause_when_lost();
        self.proxy.lose_answers(1);
        let (store, key, changes) = (self.store.clone(), *key, changes.clone());
        let running = tokio::spawn(async move { store.update(&key, &changes).await });
        gate.reached().await;
        meanwhile().await;
        gate.open();
        patiently("the second answer", running).await.unwrap()
    }

    fn keys(&self) -> usize {
        shared().keys().iter().filter(|key| key.starts_with(&self.prefix)).count()
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_done_once() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    for n in 1..=5 {
        let changes = Write::after(&loaded).add("n", 1).append_item("list", n).build();
        world.proxy.lose_answers(1);
        assert_eq!(world.store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
        assert_eq!(value(&world.record(&key(1)).await, "n"), n.to_string());
    }
    assert_eq!(value(&world.record(&key(1)).await, "list"), "[1,2,3,4,5]");
    assert_eq!(world.proxy.connections(), 6, "a new connection for each that broke");
}

#[tokio::test]
async fn several_answers_in_a_row_may_be_lost() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    // each loss takes its connection along, and the next one begins with an answer of its own to lose
    world.proxy.lose_answers(5);
    let changes = Write::after(&loaded).add("n", 1).build();
    assert_eq!(world.store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    assert_eq!(value(&world.record(&key(1)).await, "n"), "1");
}

#[tokio::test]
async fn a_write_that_never_arrived_is_sent_again() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    world.proxy.lose_requests(1);
    let changes = Write::after(&loaded).add("n", 1).build();
    assert_eq!(world.store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    world.proxy.lose_requests(1);
    assert!(matches!(world.store.load(&key(1)).await.unwrap(), Found::Record(_)));
    assert_eq!(value(&world.record(&key(1)).await, "n"), "1");
}

#[tokio::test]
async fn what_others_write_meanwhile_does_not_hide_that_it_was_done() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    let answer =
        world.update_and_lose(&key(1), &changes, async || world.others_write(&key(1), 7).await).await;
    assert_eq!(answer.unwrap(), Updated::Applied);
    let found = world.record(&key(1)).await;
    assert_eq!((value(&found, "n"), value(&found, "others")), ("1".into(), "8".into()));
}

#[tokio::test]
async fn when_nobody_can_tell_any_more_it_is_said_so_and_not_done_twice() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    let answer =
        world.update_and_lose(&key(1), &changes, async || world.others_write(&key(1), 20).await).await;
    let Err(StoreError::Unavailable(why)) = answer else { panic!("{answer:?}") };
    assert!(why.to_string().contains("cannot be told"), "{why}");
    let found = world.record(&key(1)).await;
    assert_eq!((value(&found, "n"), value(&found, "others")), ("1".into(), "21".into()));
}

#[tokio::test]
async fn a_write_that_a_rotation_took_along_was_done() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    let move_on = async || {
        for n in 1..4 {
            let login = Write::blind().put("user", "7").build();
            let moved = world.direct.rotate(&key(n), &key(n + 1), &login, at(120)).await.unwrap();
            assert_eq!(moved, Rotated::Rotated);
        }
    };
    assert_eq!(world.update_and_lose(&key(1), &changes, move_on).await.unwrap(), Updated::Applied);
    assert_eq!(value(&world.record(&key(4)).await, "n"), "1");
}

#[tokio::test]
async fn t32_a_write_that_a_renewal_may_have_taken_along_is_not_done_again() {
    // after 'gone', the core would look where the record went, and write there
    for (others, expected) in [(6, Some(Updated::Applied)), (7, None)] {
        let world = World::new().await;
        let loaded = world.loaded(&key(1)).await;
        let changes = Write::after(&loaded).add("n", 1).build();
        let move_on = async || {
            let renewal = Write::blind().renewed(Some(renewal(1, at(30)))).build();
            let moved = world.direct.rotate(&key(1), &key(2), &renewal, at(120)).await.unwrap();
            assert_eq!(moved, Rotated::Rotated);
            world.others_write(&key(2), others).await;
        };
        let answer = world.update_and_lose(&key(1), &changes, move_on).await;
        assert_eq!(answer.ok(), expected, "after {others} writes and the renewal");
        assert_eq!(value(&world.record(&key(2)).await, "n"), "1", "it was done");
    }
}

#[tokio::test]
async fn t32_a_renewal_whose_answer_was_lost_is_known_again_whatever_others_wrote_since() {
    for others in [0, 7, 8, 20] {
        let world = World::new().await;
        let loaded = world.loaded(&key(1)).await;
        let renewal = renewal(1, at(30));
        let changes = Write::after(&loaded).add("n", 1).renewed(Some(renewal)).build();
        let gate = world.proxy.pause_when_lost();
        world.proxy.lose_answers(1);
        let store = world.store.clone();
        let running = tokio::spawn(async move { store.rotate(&key(1), &key(2), &changes, at(120)).await });
        gate.reached().await;
        world.others_write(&key(2), others).await;
        gate.open();
        let answer = patiently("the second answer", running).await.unwrap();
        assert_eq!(answer.unwrap(), Rotated::Rotated, "after {others} writes");
        assert_eq!(value(&world.record(&key(2)).await, "n"), "1");
    }
}

#[tokio::test]
async fn t2_a_write_whose_session_ended_meanwhile_is_not_done_again() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    let logout = async || world.direct.delete(&key(1), at(120)).await.unwrap();
    assert_eq!(world.update_and_lose(&key(1), &changes, logout).await.unwrap(), Updated::Gone);
    assert!(matches!(world.direct.load(&key(1)).await.unwrap(), Found::Tombstone { .. }));
}

#[tokio::test]
async fn s3_a_session_whose_creation_was_not_answered_is_one_session() {
    let world = World::new().await;
    let before = world.keys();
    let app = serve(shop(Sessions::<Shop>::new(world.store.clone()).unwrap())).await;
    for n in 1..=3 {
        world.proxy.lose_answers(1);
        let mut browser = Browser::new(app);
        assert_eq!(browser.post("/count").await.status, 200);
        assert!(browser.get("/read").await.body.contains("count=1"));
        assert_eq!(world.keys(), before + n);
    }
}

#[tokio::test]
async fn s3_another_sessions_record_is_not_taken_for_the_one_whose_answer_was_lost() {
    let world = World::new().await;
    let first = world.loaded(&key(1)).await;
    world.proxy.lose_answers(1);
    assert_eq!(world.store.create(&key(1), record(&[("a", "1")])).await.unwrap(), Created::Exists);
    assert_eq!(fields(&world.record(&key(1)).await), fields(&first));
}

#[tokio::test]
async fn s69_a_rotation_whose_answer_was_lost_is_one_rotation() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let before = world.keys();
    let changes = Write::after(&loaded).add("n", 1).put("user", "7").build();
    world.proxy.lose_answers(1);
    let answer = world.store.rotate(&key(1), &key(2), &changes, at(120)).await.unwrap();
    assert_eq!(answer, Rotated::Rotated);
    assert_eq!(value(&world.record(&key(2)).await, "n"), "1");
    assert!(matches!(world.direct.load(&key(1)).await.unwrap(), Found::Tombstone { .. }));
    assert_eq!(world.keys(), before + 1, "the new id, and no third one");
    // somebody else's rotation of the same record is not this one
    world.proxy.lose_answers(1);
    let answer = world.store.rotate(&key(1), &key(3), &changes, at(120)).await.unwrap();
    assert_eq!(answer, Rotated::Gone);
}

#[tokio::test]
async fn a_login_whose_answer_was_lost_is_a_login() {
    let world = World::new().await;
    let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(world.store.clone()).unwrap())).await);
    browser.post("/count").await;
    world.proxy.lose_answers(1);
    // the answer to the load is lost here, then that to the rotation
    assert_eq!(browser.post("/login/7").await.status, 200);
    world.proxy.lose_answers(2);
    assert_eq!(browser.post("/login/8").await.status, 200);
    assert!(browser.get("/read").await.body.contains("user=Some(8)"));
    world.proxy.lose_answers(2);
    let old = browser.clone();
    assert_eq!(browser.post("/logout").await.status, 200);
    assert!(old.clone().get("/read").await.body.contains("user=None"), "s14: and over is over");
}

#[tokio::test]
async fn s14_deleting_and_touching_again_changes_nothing() {
    let world = World::new().await;
    world.loaded(&key(1)).await;
    world.proxy.lose_answers(1);
    assert_eq!(world.store.touch(&key(1), at(7)).await.unwrap(), Touched::Touched);
    assert_eq!(world.record(&key(1)).await.meta().last_seen, at(7));
    world.proxy.lose_answers(1);
    world.store.delete(&key(1), at(120)).await.unwrap();
    assert!(
        matches!(world.direct.load(&key(1)).await.unwrap(), Found::Tombstone { until, .. } if until == at(120))
    );
}

#[tokio::test]
async fn a_connection_over_which_nothing_comes_any_more_is_given_up_in_time() {
    let world = World::new().await;
    let loaded = world.loaded(&key(1)).await;
    let store = RedisStore::builder(world.proxy.url())
        .prefix(&world.prefix)
        .timeout(Duration::from_millis(600))
        .build()
        .unwrap();
    assert!(matches!(store.load(&key(1)).await.unwrap(), Found::Record(_)));
    world.proxy.fall_silent();
    let changes = Write::after(&loaded).add("n", 1).build();
    // done over the first connection, and known to be over the second
    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    assert_eq!(value(&world.record(&key(1)).await, "n"), "1");
}

#[tokio::test]
async fn a_connection_that_broke_while_nobody_used_it_is_no_error() {
    let world = World::new().await;
    world.loaded(&key(1)).await;
    for _ in 0..3 {
        world.proxy.disconnect();
        assert!(matches!(world.store.load(&key(1)).await.unwrap(), Found::Record(_)));
    }
}

#[tokio::test]
async fn a_connection_that_takes_longer_than_a_request_may_is_made_all_the_same() {
    let proxy = Proxy::before(shared().port()).await;
    let timeout = Duration::from_millis(200);
    let store = RedisStore::builder(proxy.url()).prefix(prefix()).timeout(timeout).build().unwrap();
    let entrance = proxy.pause_at_the_entrance();
    assert!(store.load(&key(1)).await.is_err(), "too slow for this one");
    entrance.reached().await;
    entrance.open();
    let found = async { while store.load(&key(1)).await.is_err() {} };
    patiently("the next one", found).await;
    assert_eq!(proxy.connections(), 1, "it is the one that the first began");
}
