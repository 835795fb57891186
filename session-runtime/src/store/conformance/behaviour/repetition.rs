//! The name of the last write. When the answer to a write was lost, the core looks for the write's name in the record: if
//! it is there the write was done, and is not done again.

use std::sync::Arc;

use crate::record::OpId;
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, meta, record, value};
use crate::store::{Created, Record, Rotated, Store, Touched, Updated};

async fn last<S: Store>(store: &Subject<S>, n: u64) -> OpId {
    store.record(&key(n)).await.meta().last_op
}

/// Every write leaves its own, whatever it wrote.
pub async fn every_write_leaves_its_name<S: Store>(store: Subject<S>) {
    for (n, name) in [(1, OpId::from_u128(7)), (2, OpId::from_u128(u128::MAX)), (3, OpId::next())] {
        let mut meta = meta();
        meta.last_op = name;
        let created = Arc::new(Record::new(meta, [("n", "1")].into_iter().collect()));
        store.created(&key(n), created).await;
        assert_eq!(last(&store, n).await, name, "it comes with the record");
    }
    let writes: [fn(Write) -> Write; 5] =
        [|w| w.put("a", "1"), |w| w.add("n", 1), |w| w.remove("a"), |w| w.seen(at(5)), |w| w];
    for write in writes {
        let changes = write(Write::after(&store.record(&key(1)).await)).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        assert_eq!(last(&store, 1).await, changes.op);
    }
    let changes = Write::after(&store.record(&key(1)).await).build();
    assert_eq!(store.rotate(&key(1), &key(9), &changes, at(60)).await, Rotated::Rotated);
    assert_eq!(last(&store, 9).await, changes.op);
}

/// Else a write that was done would look undone after another request only read.
pub async fn activity_is_no_write<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("n", "1")])).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    assert_eq!(store.touch(&key(1), at(20)).await, Touched::Touched);
    let found = store.record(&key(1)).await;
    assert_eq!((found.meta().last_op, found.meta().last_seen), (changes.op, at(20)));
}

/// Else it would be taken for done.
pub async fn what_was_refused_leaves_no_name<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "1")])).await;
    let theirs = Write::after(&loaded).put("a", "2").build();
    assert_eq!(store.update(&key(1), &theirs).await, Updated::Applied);
    let refused = Write::after(&loaded).put("b", "2").put_or_refuse("a", "3").build();
    assert_eq!(store.update(&key(1), &refused).await, Updated::Conflict);
    assert_eq!(store.rotate(&key(1), &key(2), &refused, at(60)).await, Rotated::Conflict);
    let large = Write::after(&loaded).put("b", "22").up_to(1).build();
    assert!(matches!(store.update(&key(1), &large).await, Updated::TooLarge { .. }));
    assert_eq!(last(&store, 1).await, theirs.op);
}

/// A second try finds the first one's record under its key, and changes nothing. A store that knows the operation again may
/// say that it is done, which it is.
pub async fn a_repeated_create_finds_the_first<S: Store>(store: Subject<S>) {
    let mut meta = meta();
    meta.last_op = OpId::next();
    let created = Arc::new(Record::new(meta, [("n", "1")].into_iter().collect()));
    assert_eq!(store.create(&key(1), &created).await, Created::Created);
    store.create(&key(1), &created).await;
    let other = record(&[("n", "2")]);
    assert_eq!(store.create(&key(1), &other).await, Created::Exists, "another one is no repetition");
    let found = store.record(&key(1)).await;
    assert_eq!((fields(&found), found.meta()), (fields(&created), created.meta()));
}

/// A store need not know a repetition: the core asks for the record first. What is put twice is there once all the same.
pub async fn a_repeated_update_leaves_the_same_name<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    let changes = Write::after(&loaded).put("a", "2").put("b", "[]").build();
    for _ in 0..2 {
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        let found = store.record(&key(1)).await;
        assert_eq!(found.meta().last_op, changes.op);
        assert_eq!(fields(&found), fields(&record(&[("a", "2"), ("b", "[]")])));
    }
}

/// The old id is dead, so nothing can be moved twice; what the first try did is there once. A store that knows the operation
/// again may say that it is done.
pub async fn a_repeated_rotation_finds_nothing_to_move<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("n", "1")])).await;
    let changes = Write::after(&loaded).add("n", 1).build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(60)).await, Rotated::Rotated);
    let again = store.rotate(&key(1), &key(2), &changes, at(70)).await;
    assert!(matches!(again, Rotated::Gone | Rotated::Rotated), "{again:?}");
    assert_eq!(store.rotate(&key(1), &key(3), &changes, at(70)).await, Rotated::Gone);
    let found = store.record(&key(2)).await;
    assert_eq!((value(&found, "n"), found.meta().last_op), ("2".into(), changes.op));
    assert!(store.is_free(&key(3)).await);
    store.expect_dead(&key(1), at(60)).await;
}
