//! What is deleted stays deleted.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, key, record};
use crate::store::{Created, Rotated, Store, Touched, Updated};

/// A request that still presents the id learns that it is dead.
pub async fn delete_leaves_a_tombstone<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[("a", "1")])).await;
    store.created(&key(2), record(&[("a", "2")])).await;
    store.delete(&key(1), at(120)).await;
    store.expect_dead(&key(1), at(120)).await;
    assert!(store.is_live(&key(2)).await, "another session is untouched");
}

/// A flood of made-up ids does not fill the store.
pub async fn t5_delete_without_a_record_leaves_nothing<S: Store>(store: Subject<S>) {
    store.delete(&key(1), at(120)).await;
    assert!(store.is_free(&key(1)).await);
    assert_eq!(store.create(&key(1), &record(&[])).await, Created::Created);
}

/// Two logouts at once.
pub async fn a_tombstone_stays_when_it_is_deleted_again<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    store.created(&key(1), record(&[])).await;
    store.delete(&key(1), at(120)).await;
    store.delete(&key(1), at(130)).await;
    assert!(store.tombstone(&key(1)).await >= Some(at(120)));
}

/// A logout is no rotation: there is nowhere to follow it to, wherever the record came from.
pub async fn t2_a_deleted_id_leads_nowhere<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    store.created(&key(3), record(&[])).await;
    let changes = Write::after(&loaded).build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Rotated);
    store.delete(&key(1), at(130)).await;
    store.delete(&key(3), at(130)).await;
    assert_eq!(store.forwarded(&key(2)).await, None);
    assert_eq!(store.forwarded(&key(3)).await, None);
}

/// Whatever comes late finds no record, and makes none.
async fn stays_dead<S: Store>(store: &Subject<S>, loaded: &std::sync::Arc<crate::store::Record>) {
    let changes = Write::after(loaded).put("a", "2").seen(at(5)).build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Gone);
    assert_eq!(store.touch(&key(1), at(5)).await, Touched::Gone);
    assert_eq!(store.rotate(&key(1), &key(9), &changes, at(200)).await, Rotated::Gone);
    if store.has_tombstones() {
        assert_eq!(store.create(&key(1), loaded).await, Created::Exists);
    }
    store.expect_dead(&key(1), at(120)).await;
    assert!(store.is_free(&key(9)).await);
}

/// A logout is final.
pub async fn t2_nothing_brings_a_deleted_record_back<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    store.delete(&key(1), at(120)).await;
    stays_dead(&store, &loaded).await;
}

/// The id from before a login is dead, and what comes late under it does not reach the session of the login.
pub async fn t2_nothing_brings_a_rotated_record_back<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    let login = Write::after(&loaded).put("user", "7").build();
    assert_eq!(store.rotate(&key(1), &key(2), &login, at(120)).await, Rotated::Rotated);
    let before = store.record(&key(2)).await;
    stays_dead(&store, &loaded).await;
    let after = store.record(&key(2)).await;
    assert_eq!((after.fields(), after.meta()), (before.fields(), before.meta()));
}

/// A logout of a request that loaded the session before a login came between ends it all the same.
pub async fn s14_delete_follows_the_rotations_before_it<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    let login = Write::after(&loaded).put("user", "7").build();
    for n in 1..4 {
        assert_eq!(store.rotate(&key(n), &key(n + 1), &login, at(120)).await, Rotated::Rotated);
    }
    store.delete(&key(1), at(130)).await;
    assert_eq!(store.tombstone(&key(4)).await, Some(at(130)));
    assert_eq!(store.touch(&key(4), at(5)).await, Touched::Gone);
}
