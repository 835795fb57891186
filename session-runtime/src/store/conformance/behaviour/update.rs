//! A record changes where there is one.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, record, value};
use crate::store::{Store, Updated};

/// Only what changed is written.
pub async fn update_writes_what_changed_and_leaves_the_rest<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "2")])).await;
    store.created(&key(2), record(&[("a", "1")])).await;
    let changes = Write::after(&loaded).put("a", "10").put("c", "3").build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    let expected = [("a", "10"), ("b", "2"), ("c", "3")];
    let found = store.record(&key(1)).await;
    assert_eq!(fields(&found), fields(&record(&expected)));
    assert_eq!(found.meta().last_op, changes.op, "the last write is known by its name");
    assert_eq!(value(&store.record(&key(2)).await, "a"), "1", "another session is untouched");
}

/// There is no upsert.
pub async fn update_creates_nothing<S: Store>(store: Subject<S>) {
    assert_eq!(store.update(&key(1), &Write::blind().put("a", "1").build()).await, Updated::Gone);
    assert!(store.is_free(&key(1)).await);
}

/// A removed field is gone, and so may the last one be.
pub async fn update_removes_fields<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "2")])).await;
    assert_eq!(store.update(&key(1), &Write::after(&loaded).remove("a").build()).await, Updated::Applied);
    let loaded = store.record(&key(1)).await;
    assert_eq!(fields(&loaded), fields(&record(&[("b", "2")])));
    assert_eq!(store.update(&key(1), &Write::after(&loaded).remove("b").build()).await, Updated::Applied);
    assert!(store.record(&key(1)).await.fields().is_empty(), "an empty session is still there");
}

/// Deadlines and owner change without a field.
pub async fn update_of_metadata_keeps_the_fields<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[("a", "1")])).await;
    for owner in [Some("\"ann\""), Some("7"), None] {
        let loaded = store.record(&key(1)).await;
        let changes = Write::after(&loaded).owner(owner).expires(at(9000)).seen(at(5)).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        let found = store.record(&key(1)).await;
        assert_eq!(value(&found, "a"), "1");
        let meta = found.meta();
        assert_eq!((meta.owner.as_deref(), meta.expires, meta.last_seen), (owner, at(9000), at(5)));
        assert_eq!(meta.created, at(0));
    }
}

/// Two requests may commit in either order.
pub async fn update_never_moves_activity_back<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[])).await;
    for (seen, then) in [(20, 20), (10, 20), (30, 30)] {
        let loaded = store.record(&key(1)).await;
        let changes = Write::after(&loaded).put("a", "1").seen(at(seen)).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        assert_eq!(store.record(&key(1)).await.meta().last_seen, at(then));
    }
}

/// A later version of the application runs beside: what it wrote stays its own.
pub async fn t42_update_never_lowers_a_version<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[])).await;
    for (version, then) in [(2, 2), (1, 2), (u32::MAX, u32::MAX), (10, u32::MAX)] {
        let loaded = store.record(&key(1)).await;
        let changes = Write::after(&loaded).put("a", "1").of_version(version).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        let loaded = store.record(&key(1)).await;
        assert_eq!(loaded.meta().schema, then);
        assert_eq!(
            store.update(&key(1), &Write::after(&loaded).put("a", "2").build()).await,
            Updated::Applied
        );
        assert_eq!(store.record(&key(1)).await.meta().schema, then, "a write that says nothing leaves it");
    }
}

/// What a request of an earlier version changed may be in another field by now: a store cannot tell, and leaves it to the
/// core. A field that is as it was takes the change.
pub async fn t42_a_record_that_was_migrated_meanwhile_is_a_conflict<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("old", "1"), ("same", "1")])).await;
    let migration = Write::after(&loaded).remove("old").put("new", "1").of_version(1).build();
    assert_eq!(store.update(&key(1), &migration).await, Updated::Applied);
    for field in ["old", "same"] {
        let late = Write::after(&loaded).put(field, "2").build();
        assert_eq!(store.update(&key(1), &late).await, Updated::Conflict);
    }
    let late = Write::after(&loaded).put("same", "2").build();
    assert_eq!(store.commit(&key(1), &late).await, Updated::Applied, "with the help of the core");
    assert_eq!(fields(&store.record(&key(1)).await), fields(&record(&[("new", "1"), ("same", "2")])));
    let late = Write::after(&loaded).put("old", "2").build();
    assert_eq!(store.commit(&key(1), &late).await, Updated::Conflict, "refused, rather than lost");
}

/// A change of owner leaves nothing of the one before, known to this request or not.
pub async fn update_wipes_what_is_not_kept<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("theme", "1"), ("cart", "[1]")])).await;
    store.update(&key(1), &Write::after(&loaded).put("unknown", "1").build()).await;
    let changes = Write::after(&loaded).wipe_but(&["theme"]).put("user", "2").build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    assert_eq!(fields(&store.record(&key(1)).await), fields(&record(&[("theme", "1"), ("user", "2")])));
}

/// All or nothing.
pub async fn a_refused_update_changes_nothing<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "2")])).await;
    store.update(&key(1), &Write::after(&loaded).put("b", "3").build()).await;
    let before = store.record(&key(1)).await;
    let late =
        Write::after(&loaded).put("a", "9").put_or_refuse("b", "4").owner(Some("1")).seen(at(50)).build();
    assert_eq!(store.update(&key(1), &late).await, Updated::Conflict);
    let after = store.record(&key(1)).await;
    assert_eq!((fields(&after), after.meta()), (fields(&before), before.meta()));
}
