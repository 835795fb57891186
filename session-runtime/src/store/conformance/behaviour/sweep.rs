//! What is over goes, by the time that is given.

use std::sync::Arc;
use std::time::Duration;

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{ABSOLUTE, IDLE, Write, at, key, meta, record};
use crate::store::{Created, Record, Store, Touched};

/// The present of these tests, in seconds.
const PRESENT: u64 = 10;

/// Idle or past its absolute deadline: the earlier counts, and the deadline itself belongs to the dead.
pub async fn s73_sweep_removes_what_is_over_at_the_given_time<S: Store>(store: Subject<S>) {
    for (n, idle, expires) in [(1, 600, 700), (2, 700, 600), (3, 601, 601)] {
        let mut meta = meta();
        meta.idle = Duration::from_secs(idle);
        meta.expires = at(expires);
        store.created(&key(n), Arc::new(Record::new(meta, [("a", "1")].into_iter().collect()))).await;
    }
    assert_eq!(store.sweep(at(PRESENT)).await, 0);
    assert_eq!(store.sweep(at(0)).await, 0, "a clock that was set back removes nothing");
    for n in 1..=3 {
        assert!(store.is_live(&key(n)).await, "record {n} is alive");
    }
    if store.is_swept_by_calls() {
        assert_eq!(store.sweep(at(600)).await, 2);
        assert!(store.is_free(&key(1)).await && store.is_free(&key(2)).await);
        assert!(store.is_live(&key(3)).await);
        assert_eq!(store.sweep(at(601)).await, 1);
        assert_eq!(store.sweep(at(601)).await, 0);
    }
}

/// Dead ids are forgotten when they need no longer be known.
pub async fn s73_sweep_removes_tombstones_that_are_over<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    for n in 1..=3 {
        store.created(&key(n), record(&[("a", "1")])).await;
    }
    store.delete(&key(1), at(600)).await;
    let changes = Write::after(&store.record(&key(2)).await).build();
    store.rotate(&key(2), &key(4), &changes, at(601)).await;
    assert_eq!(store.sweep(at(PRESENT)).await, 0);
    assert_eq!(store.tombstone(&key(1)).await, Some(at(600)));
    assert_eq!(store.tombstone(&key(2)).await, Some(at(601)));
    if store.is_swept_by_calls() {
        assert_eq!(store.sweep(at(600)).await, 1);
        assert!(store.is_free(&key(1)).await);
        assert_eq!(store.sweep(at(601)).await, 1);
        assert!(store.is_free(&key(2)).await);
        assert!(store.is_live(&key(3)).await && store.is_live(&key(4)).await);
    }
}

/// A session that is used goes on, until its absolute deadline.
pub async fn sweep_goes_by_the_last_activity<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[("a", "1")])).await;
    store.created(&key(2), record(&[("a", "1")])).await;
    let later = IDLE.as_secs() - 1;
    assert_eq!(store.touch(&key(1), at(later)).await, Touched::Touched);
    if store.is_swept_by_calls() {
        assert_eq!(store.sweep(at(IDLE.as_secs())).await, 1);
        assert!(store.is_live(&key(1)).await && store.is_free(&key(2)).await);
        for hour in 2..=8 {
            let answer = store.touch(&key(1), at(hour * IDLE.as_secs() - 1)).await;
            assert_eq!(answer, Touched::Touched, "in hour {hour}");
        }
        assert_eq!(store.sweep(at(ABSOLUTE.as_secs())).await, 1);
        assert!(store.is_free(&key(1)).await);
    }
}

/// Nothing is left of it, in no index and no queue.
pub async fn a_swept_key_is_free_again<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    store.created(&key(1), record(&[("a", "1")])).await;
    store.delete(&key(1), at(60)).await;
    if store.is_swept_by_calls() {
        assert_eq!(store.sweep(at(60)).await, 1);
        assert_eq!(store.create(&key(1), &record(&[("b", "2")])).await, Created::Created);
        assert_eq!(store.sweep(at(61)).await, 0);
        assert!(store.record(&key(1)).await.fields().get("b").is_some());
    }
}
