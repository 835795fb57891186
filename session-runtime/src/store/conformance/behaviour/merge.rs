//! Two requests load one record, and both write.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, fields, key, record, value};
use crate::store::{Store, Updated};

/// Neither undoes the other.
pub async fn changes_of_different_fields_both_stay<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "2"), ("c", "3")])).await;
    for write in [Write::after(&loaded).put("a", "10"), Write::after(&loaded).remove("b").put("d", "4")] {
        assert_eq!(store.update(&key(1), &write.build()).await, Updated::Applied);
    }
    let expected = record(&[("a", "10"), ("c", "3"), ("d", "4")]);
    assert_eq!(fields(&store.record(&key(1)).await), fields(&expected));
}

/// The default policy.
pub async fn last_write_stands_over_another_change<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    for json in ["2", "3"] {
        let changes = Write::after(&loaded).put("a", json).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    }
    assert_eq!(value(&store.record(&key(1)).await, "a"), "3");
}

/// The difference is added to what is there, also where nothing was.
pub async fn t34_add_counts_both<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("n", "5")])).await;
    for delta in [2, 10, -3] {
        let changes = Write::after(&loaded).add("n", delta).add("new", 1).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    }
    let found = store.record(&key(1)).await;
    assert_eq!((value(&found, "n"), value(&found, "new")), ("14".into(), "3".into()));
}

/// Large numbers are added as integers, and never wrap.
pub async fn t34_add_stays_within_the_bounds_of_its_type<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("n", "18446744073709551610"), ("m", "3")])).await;
    for (n, m) in [("18446744073709551613", "0"), ("18446744073709551615", "0")] {
        let changes = Write::after(&loaded).add("n", 3).add("m", -5).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        let found = store.record(&key(1)).await;
        assert_eq!((value(&found, "n"), value(&found, "m")), (n.into(), m.into()));
    }
}

/// What changed is told by the bytes that were loaded.
pub async fn reject_refuses_only_what_another_request_changed<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "[]"), ("b", "1")])).await;
    let write = |json| Write::after(&loaded).put_or_refuse("a", json).build();
    store.update(&key(1), &Write::after(&loaded).put("b", "2").build()).await;
    assert_eq!(store.update(&key(1), &write("[1]")).await, Updated::Applied, "only `b` was changed");
    assert_eq!(store.update(&key(1), &write("[2]")).await, Updated::Conflict);
    let found = store.record(&key(1)).await;
    assert_eq!((value(&found, "a"), value(&found, "b")), ("[1]".into(), "2".into()));
}

/// A message that was shown is taken away; one that nobody has seen is not.
pub async fn a_message_set_meanwhile_stays<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("notice", "[1]")])).await;
    store.update(&key(1), &Write::after(&loaded).put("notice", "[2]").build()).await;
    assert_eq!(store.update(&key(1), &Write::after(&loaded).shown("notice").build()).await, Updated::Applied);
    let loaded = store.record(&key(1)).await;
    assert_eq!(value(&loaded, "notice"), "[2]");
    assert_eq!(store.update(&key(1), &Write::after(&loaded).shown("notice").build()).await, Updated::Applied);
    assert!(store.record(&key(1)).await.fields().is_empty());
}
