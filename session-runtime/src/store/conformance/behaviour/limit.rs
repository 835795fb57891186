//! No record grows beyond the limit that its changes carry.

use std::sync::Arc;

use super::races::at_once;
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, record};
use crate::store::{Fields, Record, Rotated, Store, Updated};

/// What one request does.
type Change = fn(Write) -> Write;

/// Bytes of a record with these fields.
fn size(of: &[(&str, &str)]) -> usize {
    of.iter().copied().collect::<Fields>().size()
}

async fn is_as_before<S: Store>(store: &Subject<S>, n: u64, before: &Record) {
    let after = store.record(&key(n)).await;
    assert_eq!(after.fields().size(), before.fields().size());
    assert_eq!(after.meta(), before.meta());
}

/// The last byte that fits, and the first that does not.
pub async fn s72_growth_beyond_the_limit_is_refused<S: Store>(store: Subject<S>) {
    let limit = size(&[("a", "1234"), ("\u{e9}", "\"\u{e9}\"")]);
    let writes: [(Change, usize); 4] = [
        (|w| w.put("a", "1234").put("\u{e9}", "\"\u{e9}\""), 0),
        (|w| w.put("a", "12345").put("\u{e9}", "\"\u{e9}\""), 1),
        (|w| w.put("ab", "1234").put("\u{e9}", "\"\u{e9}\"").remove("a"), 1),
        (|w| w.put("a", "1234").put("b", "\"x\""), 0),
    ];
    for (n, (write, over)) in (1..).zip(writes) {
        let loaded = store.created(&key(n), record(&[("a", "1")])).await;
        let changes = write(Write::after(&loaded)).up_to(limit).seen(at(9)).owner(Some("7")).build();
        let answer = store.update(&key(n), &changes).await;
        if over == 0 {
            assert_eq!(answer, Updated::Applied, "write {n}");
        } else {
            assert_eq!(answer, Updated::TooLarge { bytes: limit + over }, "write {n}");
            is_as_before(&store, n, &loaded).await;
        }
    }
}

/// A limit may have been lowered since the record was written.
pub async fn s72_a_record_over_the_limit_may_shrink_and_stay<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[("a", "123456"), ("b", "1")])).await;
    let writes: [(Change, bool); 6] = [
        (|w| w.put("a", "1234567"), false),
        (|w| w.put("b", "12"), false),
        (|w| w.put("b", "2"), true),
        (|w| w.put("b", "12").put("a", "12345"), true),
        (|w| w.seen(at(5)), true),
        (|w| w.remove("b"), true),
    ];
    for (write, fits) in writes {
        let changes = write(Write::after(&store.record(&key(1)).await)).up_to(3).build();
        let answer = store.update(&key(1), &changes).await;
        assert_eq!(answer == Updated::Applied, fits, "{answer:?}");
    }
    assert_eq!(fields(&store.record(&key(1)).await), fields(&record(&[("a", "12345")])));
}

/// The record stays where it is. What is wiped makes room.
pub async fn s72_a_rotation_keeps_to_the_limit<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1"), ("b", "12345678")])).await;
    let limit = loaded.fields().size();
    let login = || Write::after(&loaded).put("user", "7").up_to(limit);
    let bytes = size(&[("a", "1"), ("b", "12345678"), ("user", "7")]);
    let answer = store.rotate(&key(1), &key(2), &login().build(), at(60)).await;
    assert_eq!(answer, Rotated::TooLarge { bytes });
    is_as_before(&store, 1, &loaded).await;
    assert!(store.is_free(&key(2)).await);
    let wiping = login().wipe_but(&["a"]).build();
    assert_eq!(store.rotate(&key(1), &key(2), &wiping, at(60)).await, Rotated::Rotated);
    assert_eq!(fields(&store.record(&key(2)).await), fields(&record(&[("a", "1"), ("user", "7")])));
}

/// Each of two requests would fit alone.
pub async fn t29_what_others_added_counts<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let limit = size(&[("a", "[1,222222222]")]) + 4;
    let writes: [[Change; 2]; 3] = [
        [|w| w.put("c", "11111"), |w| w.put("d", "11111")],
        [|w| w.append("a", &vec![1, 222_222_222]), |w| w.append("a", &vec![1, 333_333_333])],
        [|w| w.union("a", &vec![1, 222_222_222]), |w| w.union("a", &vec![1, 333_333_333])],
    ];
    for (n, writes) in (1..).zip(writes) {
        let loaded = store.created(&key(n), record(&[("a", "[1]")])).await;
        let [theirs, ours] = writes.map(|write| write(Write::after(&loaded)).up_to(limit).build());
        assert_eq!(store.commit(&key(n), &theirs).await, Updated::Applied);
        let before = store.record(&key(n)).await;
        let answer = store.commit(&key(n), &ours).await;
        assert!(matches!(answer, Updated::TooLarge { bytes } if bytes > limit), "write {n}: {answer:?}");
        is_as_before(&store, n, &before).await;
    }
}

/// As many as fit are applied, and no more.
pub async fn t29_a_crowd_does_not_exceed_the_limit<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let store = Arc::new(store);
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    let limit = loaded.fields().size() + 10 * size(&[("f00", "123456789")]);
    let answers = at_once(&store, 64, |store, n| {
        let loaded = Arc::clone(&loaded);
        async move {
            let field = format!("f{n:02}");
            let changes = Write::after(&loaded).put(&field, "123456789").up_to(limit).build();
            store.update(&key(1), &changes).await
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Updated::Applied).count(), 10);
    let found = store.record(&key(1)).await;
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Updated::Applied => assert!(found.fields().get(&format!("f{n:02}")).is_some()),
            other => assert!(matches!(other, Updated::TooLarge { .. }), "{other:?}"),
        }
    }
    assert_eq!(found.fields().size(), limit);
}
