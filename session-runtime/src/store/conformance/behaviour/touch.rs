//! Activity is recorded, and nothing else.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, record, value};
use crate::store::{Store, Touched};

/// A request that took longer does not make a session look older than it is.
pub async fn touch_moves_activity_forward_only<S: Store>(store: Subject<S>) {
    let created = store.created(&key(1), record(&[("a", "1")])).await;
    for (seen, then) in [(20, 20), (15, 20), (20, 20), (21, 21)] {
        assert_eq!(store.touch(&key(1), at(seen)).await, Touched::Touched);
        let found = store.record(&key(1)).await;
        let mut expected = created.meta().clone();
        expected.last_seen = at(then);
        assert_eq!((found.meta(), fields(&found)), (&expected, fields(&created)));
    }
}

/// A request that only read does not bring back what it had read (T34).
pub async fn touch_carries_no_data<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "1")])).await;
    drop(store.record(&key(1)).await);
    let changes = Write::after(&loaded).put("a", "2").remove("b").owner(Some("7")).expires(at(7000)).build();
    store.update(&key(1), &changes).await;
    assert_eq!(store.touch(&key(1), at(20)).await, Touched::Touched);
    let found = store.record(&key(1)).await;
    assert_eq!((value(&found, "a"), found.fields().get("b")), ("2".into(), None));
    assert_eq!((found.meta().owner.as_deref(), found.meta().expires), (Some("7"), at(7000)));
}

/// There is nothing that could be active.
pub async fn touch_creates_nothing<S: Store>(store: Subject<S>) {
    assert_eq!(store.touch(&key(1), at(20)).await, Touched::Gone);
    assert!(store.is_free(&key(1)).await);
}
