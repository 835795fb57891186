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

/// The same below zero.
pub async fn t34_add_of_signed_numbers_stays_within_their_bounds<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let (least, greatest) = ("-9223372036854775808", "9223372036854775807");
    let fields = [("low", "-9223372036854775800"), ("high", "9223372036854775800"), ("zero", "-3")];
    let loaded = store.created(&key(1), record(&fields)).await;
    for (low, high, zero) in [
        ("-9223372036854775805", "9223372036854775805", "2"),
        (least, greatest, "7"),
        (least, greatest, "12"),
    ] {
        let changes =
            Write::after(&loaded).add_signed("low", -5).add_signed("high", 5).add_signed("zero", 5).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
        let found = store.record(&key(1)).await;
        assert_eq!(["low", "high", "zero"].map(|field| value(&found, field)), [low, high, zero]);
    }
    let changes = Write::after(&loaded)
        .add_signed("low", i64::MAX)
        .add_signed("high", i64::MIN)
        .add_signed("zero", -12)
        .build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    let changes = Write::after(&loaded).add_signed("low", 1).build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    let found = store.record(&key(1)).await;
    assert_eq!(["low", "high", "zero"].map(|field| value(&found, field)), ["0", "-1", "0"]);
}

/// A number that another version of the application wrote otherwise is neither overwritten nor guessed.
pub async fn add_refuses_what_is_no_number_of_its_type<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    for (n, stored) in
        (0..).zip(["1.0", "1e3", "-1", "\"1\"", "null", "[]", "18446744073709551616", "true", "{\"a\":1}"])
    {
        let loaded = store.created(&key(n), record(&[("n", "1")])).await;
        store.update(&key(n), &Write::blind().put("n", stored).build()).await;
        let changes = Write::after(&loaded).add("n", 1).put("a", "1").build();
        assert_eq!(store.update(&key(n), &changes).await, Updated::Conflict, "{stored}");
        let found = store.record(&key(n)).await;
        assert_eq!((value(&found, "n"), value(&found, "a")), (stored.to_owned(), String::new()));
    }
}

/// What both appended is there, whether the store does that or leaves it to the core.
pub async fn appending_keeps_what_both_appended<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    for (n, before, theirs, after) in [
        (1, "[1]", "[1,2]", "[1,2,12]"),
        (2, "[]", "[2,3]", "[2,3,12]"),
        (3, "[1]", "[]", "[12]"),
        (4, "[1,2]", "[1,2,1,2]", "[1,2,1,2,12]"),
        (5, "[1]", "[12]", "[12,12]"),
        (6, "[1]", "[ 1 , 7 ]", "[1,7,12]"),
        (7, "[1]", "[ ]", "[12]"),
    ] {
        let loaded = store.created(&key(n), record(&[("a", before)])).await;
        store.update(&key(n), &Write::after(&loaded).put("a", theirs).put("b", "1").build()).await;
        let changes = Write::after(&loaded).append_item("a", 12).build();
        assert_eq!(store.commit(&key(n), &changes).await, Updated::Applied);
        let found = value(&store.record(&key(n)).await, "a");
        assert_eq!(found.replace(' ', ""), after, "{before} {theirs}");
    }
    let loaded = store.created(&key(8), record(&[("b", "1")])).await;
    for item in [1, 2] {
        let changes = Write::after(&loaded).append_item("a", item).build();
        assert_eq!(store.commit(&key(8), &changes).await, Updated::Applied);
    }
    assert_eq!(value(&store.record(&key(8)).await, "a"), "[1,2]", "an absent list is an empty one");
}

/// Where a request did anything else to a list than appending, the two cannot be merged.
pub async fn appending_refuses_what_is_no_new_tail<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let ours = ["[12]", "[]", "[2,1]", "[12,1]", "[1]", "[1,22]", "[1,2,3]"];
    for (n, ours) in (0..).zip(ours) {
        let before = if ours == "[1,2,3]" { "[1,2]" } else { "[1,2,4]" };
        let loaded = store.created(&key(n), record(&[("a", before)])).await;
        store.update(&key(n), &Write::after(&loaded).put("a", "[7]").build()).await;
        let changes = Write::after(&loaded).append("a", &list(ours)).put("b", "1").build();
        if before == "[1,2]" {
            assert_eq!(store.commit(&key(n), &changes).await, Updated::Applied);
            assert_eq!(value(&store.record(&key(n)).await, "a"), "[7,3]");
        } else {
            assert_eq!(store.commit(&key(n), &changes).await, Updated::Conflict, "{ours}: nor can the core");
            let found = store.record(&key(n)).await;
            assert_eq!((value(&found, "a"), value(&found, "b")), ("[7]".into(), String::new()));
        }
    }
    // one number is the beginning of another, but no beginning of the list
    for (n, ours) in (10..).zip(["[12]", "[12,3]", "[10]"]) {
        let loaded = store.created(&key(n), record(&[("a", "[1]")])).await;
        store.update(&key(n), &Write::after(&loaded).put("a", "[7]").build()).await;
        let changes = Write::after(&loaded).append("a", &list(ours)).build();
        assert_eq!(store.update(&key(n), &changes).await, Updated::Conflict, "{ours}");
    }
}

fn list(json: &str) -> Vec<u64> {
    serde_json::from_str(json).unwrap_or_default()
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
