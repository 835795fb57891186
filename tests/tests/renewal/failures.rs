//! Answers that are lost, stores that fail, are full, or cannot say where a record went.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, EncryptedStore, Found, Key, Record, Renewal, Rotated, Store, StoreError, Touched,
    Updated,
};
use session_runtime::{MemoryStore, Session, Sessions};
use session_tests::{Moment, Op, ScriptedStore, logs};

use crate::world::{GRACE, World, declared, everywhere};

#[tokio::test]
async fn t32_a_browser_that_missed_the_answer_gets_the_new_id_by_its_next_request() {
    for mut world in everywhere(declared).await {
        let lost = world.renewed().await;
        world.clock.advance(GRACE / 2);
        let reply = world.send(&world.old.clone(), |_| ()).await;
        let again = reply.pair().expect("the same answer").to_owned();
        assert_eq!(world.key(&again).await, world.key(&lost).await, "{}", world.name);
        world.clock.advance(GRACE);
        assert_eq!(world.user(&again).await.as_deref(), Some("ann"), "{}", world.name);
    }
}

/// A store whose answers a request does not wait for.
async fn impatient() -> (World, ScriptedStore) {
    let store = ScriptedStore::new();
    let builder = Sessions::builder(store.clone()).store_timeout(Duration::from_millis(50));
    let world = World::new("impatient", builder).await;
    store.forget();
    (world, store)
}

#[tokio::test]
async fn t32_a_renewal_whose_answer_never_came_is_found_by_the_next_request() {
    let (mut world, store) = impatient().await;
    let request = world.early().await;
    request.given.update(|login| login.a += 1);
    request.given.renew();
    let gate = store.pause(Moment::After(Op::Rotate));
    assert_eq!(request.ends().await.status, 503, "nobody knows whether it was done");
    drop(gate);
    let reply = world.send(&world.old.clone(), |_| ()).await;
    let new = reply.pair().expect("it was").to_owned();
    assert_eq!(world.value(&new).await.a, 2);
}

#[tokio::test]
async fn a_renewal_that_was_done_unseen_is_not_done_twice_by_saving_again() {
    for moment in [Moment::Before(Op::Rotate), Moment::After(Op::Rotate)] {
        let (mut world, store) = impatient().await;
        let request = world.early().await;
        request.given.update(|login| login.a += 1);
        request.given.renew();
        let gate = store.pause(moment);
        assert!(request.given.save().await.unwrap_err().is_unavailable());
        drop(gate);
        request.given.save().await.unwrap();
        let reply = request.ends().await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            store.calls().iter().filter(|op| **op == Op::Rotate).count(),
            1 + usize::from(moment == Moment::Before(Op::Rotate))
        );
        let new = reply.pair().expect("the new id").to_owned();
        assert_ne!(new, world.old);
        assert_eq!(world.value(&new).await.a, 2, "once");
    }
}

#[tokio::test]
async fn a_write_that_was_done_unseen_before_a_renewal_is_refused_rather_than_done_twice() {
    let (mut world, store) = impatient().await;
    let request = world.early().await;
    request.given.update(|login| login.a += 1);
    let gate = store.pause(Moment::After(Op::Update));
    assert!(request.given.save().await.unwrap_err().is_unavailable());
    drop(gate);
    let new = world.renewed().await;
    assert!(request.given.save().await.unwrap_err().is_conflict(), "whether it was done, nobody can tell");
    assert_eq!(request.ends().await.status, 409);
    assert_eq!(world.value(&new).await.a, 2, "it was, once");
}

#[tokio::test]
async fn a_write_that_was_done_unseen_after_a_renewal_is_found() {
    let (mut world, store) = impatient().await;
    let request = world.early().await;
    let new = world.renewed().await;
    request.given.update(|login| login.a += 1);
    // the first one finds the old id dead, the second one is done under the new id
    let (first, second) = (store.pause(Moment::After(Op::Update)), store.pause(Moment::After(Op::Update)));
    first.open();
    assert!(request.given.save().await.unwrap_err().is_unavailable());
    drop(second);
    store.forget();
    request.given.save().await.unwrap();
    assert!(!store.calls().contains(&Op::Update), "it is not done again");
    assert_eq!(request.ends().await.pair(), Some(&*new));
    assert_eq!(world.value(&new).await.a, 2);
}

#[tokio::test]
async fn that_an_id_cannot_be_renewed_is_no_reason_to_fail_a_request_that_only_reads() {
    let (mut world, store) = World::scripted().await;
    logs::listen();
    store.fail(&[Op::Rotate]);
    let reply = world.send(&world.old.clone(), Session::renew).await;
    assert_eq!((reply.status, reply.set_cookies().len()), (200, 0));
    assert_eq!(logs::count("renewal_failed"), 1);
    let reply = world
        .send(&world.old.clone(), |handle| {
            handle.update(|login| login.b = 1);
            handle.renew();
        })
        .await;
    assert_eq!(reply.status, 503, "what it changed is not stored");
    store.recover();
    assert_eq!(world.value(&world.old.clone()).await.b, 0);
}

#[tokio::test]
async fn a_store_that_is_full_keeps_the_changes_and_the_id() {
    // room for the session and its owner's index, and not for a third entry; nothing in it may give way
    let store = || MemoryStore::builder().capacity(2).build();
    let encrypted = EncryptedStore::new(store(), &session_tests::stores::any_keys());
    for builder in [Sessions::builder(store()), Sessions::builder(encrypted)] {
        let mut world = World::new("full", builder).await;
        let old = world.old.clone();
        let reply = world
            .send(&old, |handle| {
                handle.update(|login| login.b = 1);
                handle.renew();
            })
            .await;
        assert_eq!(reply.status, 200);
        let value = world.value(&old).await;
        assert_eq!((value.user.as_deref(), value.b), (Some("ann"), 1), "parallel requests have lost nothing");
        assert_eq!(world.send(&old, Session::renew).await.status, 200);
        assert_eq!(world.user(&old).await.as_deref(), Some("ann"));
        // giving up a privilege does not wait for room
        let reply = world.send(&old, |handle| handle.update(|login| login.admin = true)).await;
        assert_ne!(reply.pair().expect("a new id"), old);
        assert_eq!(world.user(&old).await, None);
    }
}

#[tokio::test]
async fn s3_a_new_id_that_is_taken_is_followed_by_another() {
    let (mut world, store) = World::scripted().await;
    store.collide(2);
    let new = world.renewed().await;
    assert_eq!(
        world.user(&world.old.clone()).await.as_deref(),
        Some("ann"),
        "the nonce is of the id that was taken"
    );
    assert_eq!(world.user(&new).await.as_deref(), Some("ann"));
}

/// A store of an earlier version: it says that an id is dead, and not where its record went.
struct Silent(MemoryStore);

impl Store for Silent {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(match self.0.load(key).await? {
            Found::Tombstone { until, .. } => Found::Tombstone { until, moved: None },
            found => found,
        })
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        self.0.create(key, record).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.0.update(key, changes).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.0.rotate(old, new, changes, tombstone).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.0.touch(key, seen).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.0.delete(key, tombstone).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.0.sweep(now).await
    }
}

#[tokio::test]
async fn s24_where_a_store_cannot_say_where_a_record_went_the_old_id_is_dead_at_once() {
    let mut world = World::new("silent", Sessions::builder(Silent(MemoryStore::new()))).await;
    let new = world.renewed().await;
    world.expect_dead(&world.old.clone()).await;
    assert_eq!(world.user(&new).await.as_deref(), Some("ann"));
}

/// A store that leads a dead id to another session, and says that this one was renewed from there.
struct Lying {
    inner: MemoryStore,
    forged: Mutex<Option<(Key, Timestamp)>>,
    newest: Mutex<Option<Key>>,
}

impl Store for Lying {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(match self.inner.load(key).await? {
            Found::Tombstone { until, .. } => {
                // a minute less than the tombstone's two: a grace that may be
                let grace = Timestamp::from_millis(until.as_millis() - 60_000);
                *self.forged.lock().unwrap() = Some((*key, grace));
                Found::Tombstone { until, moved: *self.newest.lock().unwrap() }
            }
            Found::Record(record) => {
                let Some((from, until)) = *self.forged.lock().unwrap() else {
                    return Ok(Found::Record(record));
                };
                let mut meta = record.meta().clone();
                meta.renewed = Some(Box::new(Renewal { from, nonce: [0; 32], until }));
                Found::Record(Arc::new(Record::new(meta, record.fields().clone())))
            }
            Found::Nothing => Found::Nothing,
        })
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        *self.newest.lock().unwrap() = Some(*key);
        self.inner.create(key, record).await
    }
    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.inner.update(key, changes).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.inner.rotate(old, new, changes, tombstone).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.inner.touch(key, seen).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.inner.delete(key, tombstone).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.inner.sweep(now).await
    }
}

#[tokio::test]
async fn t4_a_store_cannot_lead_an_old_id_to_somebody_elses_session() {
    let store = Lying { inner: MemoryStore::new(), forged: Mutex::default(), newest: Mutex::default() };
    let mut world = World::new("lying", Sessions::builder(store)).await;
    world.renewed().await;
    // the newest session is somebody else's
    let other = crate::world::Login { user: Some("eve".into()), ..crate::world::Login::default() };
    let other = world.sessions.issue(other).await.unwrap();
    let reads = world.early().await;
    assert_eq!(reads.given.get().user, None);
    assert_eq!(reads.ends().await.set_cookies().len(), 0);
    world.expect_dead(&world.old.clone()).await;
    assert_eq!(world.user(other.cookie()).await.as_deref(), Some("eve"));
}
