//! The merge policies that know the type of their field. A store may carry them out, or answer with a conflict and leave
//! them to the core; what becomes of the field is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::field::SessionField;
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, read, record, value};
use crate::store::{Record, Rotated, Store, Updated};

/// What one request does to the field `f`.
type Change = fn(Write) -> Write;

/// Shows what it was given.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is that of `with`")]
fn digits(base: &u64, theirs: &u64, ours: &u64) -> u64 {
    base * 100 + theirs * 10 + ours
}

/// Two requests load a record in which `f` is `loaded`, and commit one after the other. Returns what is there then.
async fn met<S: Store, T: SessionField>(
    store: &Subject<S>,
    n: u64,
    loaded: &str,
    [theirs, ours]: [Change; 2],
) -> T {
    let fields: &[_] = if loaded.is_empty() { &[("g", "[]")] } else { &[("f", loaded), ("g", "[]")] };
    let loaded = store.created(&key(n), record(fields)).await;
    for change in [theirs, ours] {
        let changes = change(Write::after(&loaded)).build();
        assert_eq!(store.commit(&key(n), &changes).await, Updated::Applied);
        assert_eq!(store.record(&key(n)).await.meta().last_op, changes.op, "also when the core merged");
    }
    let found = store.record(&key(n)).await;
    assert_eq!(value(&found, "g"), "[]", "another field is as it was");
    read(&found, "f")
}

/// `merge = max`, whichever came first, and beyond what a float can tell apart.
pub async fn t34_max_keeps_the_greater<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let ways: [[Change; 2]; 3] = [
        [|w| w.max("f", &9_u64), |w| w.max("f", &5_u64)],
        [|w| w.max("f", &5_u64), |w| w.max("f", &9_u64)],
        [|w| w.max("f", &u64::MAX), |w| w.max("f", &(u64::MAX - 1))],
    ];
    for (n, (way, greater)) in (1..).zip(ways.into_iter().zip([9, 9, u64::MAX])) {
        assert_eq!(met::<_, u64>(&store, n, "1", way).await, greater);
    }
    let words: [Change; 2] = [|w| w.max("f", &"b".to_owned()), |w| w.max("f", &"a".to_owned())];
    assert_eq!(met::<_, String>(&store, 9, "\"\"", words).await, "b", "the order is that of the type");
}

/// `merge = min`.
pub async fn t34_min_keeps_the_lesser<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let ways: [[Change; 2]; 2] = [
        [|w| w.min("f", &-9_i64), |w| w.min("f", &5_i64)],
        [|w| w.min("f", &5_i64), |w| w.min("f", &-9_i64)],
    ];
    for (n, way) in (1..).zip(ways) {
        assert_eq!(met::<_, i64>(&store, n, "10", way).await, -9);
    }
}

/// `merge = union` of sets, of lists, and of maps by key.
pub async fn t34_union_keeps_what_each_added_and_removed<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let sets: [Change; 2] =
        [|w| w.union("f", &BTreeSet::from([2, 3, 4])), |w| w.union("f", &BTreeSet::from([1, 3, u64::MAX]))];
    let set: BTreeSet<u64> = met(&store, 1, "[1,2,3]", sets).await;
    assert_eq!(set, BTreeSet::from([3, 4, u64::MAX]));

    let lists: [Change; 2] =
        [|w| w.union("f", &vec![vec![1], vec![]]), |w| w.union("f", &Vec::<Vec<u64>>::new())];
    let list: Vec<Vec<u64>> = met(&store, 2, "[[1]]", lists).await;
    assert_eq!(list, [Vec::<u64>::new()], "an empty list is no empty table");

    let map = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
    };
    let maps: [Change; 2] = [
        |w| w.union("f", &BTreeMap::from([("a".to_owned(), 1_u64), ("c".to_owned(), 1)])),
        |w| w.union("f", &BTreeMap::from([("a".to_owned(), 2_u64), ("b".to_owned(), 1)])),
    ];
    let met: BTreeMap<String, u64> = met(&store, 3, r#"{"a":1,"b":1}"#, maps).await;
    assert_eq!(met, map(&[("a", 2), ("c", 1)]));
}

/// `merge = append` of lists and of texts.
pub async fn t34_append_keeps_what_each_appended<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let lists: [Change; 2] = [|w| w.append("f", &vec![1, 2]), |w| w.append("f", &vec![1, 3, u64::MAX])];
    assert_eq!(met::<_, Vec<u64>>(&store, 1, "[1]", lists).await, [1, 2, 3, u64::MAX]);

    let nested: [Change; 2] = [
        |w| w.append("f", &vec![Vec::<u64>::new(), vec![]]),
        |w| w.append("f", &vec![Vec::<u64>::new(), vec![7]]),
    ];
    assert_eq!(met::<_, Vec<Vec<u64>>>(&store, 2, "[[]]", nested).await, [vec![], vec![], vec![7]]);

    let texts: [Change; 2] =
        [|w| w.append("f", &"a\"]".to_owned()), |w| w.append("f", &"a\\\u{1f980}".to_owned())];
    assert_eq!(met::<_, String>(&store, 3, "\"a\"", texts).await, "a\"]\\\u{1f980}");
}

/// Taking an element away is no appending: the later request is refused, as a whole.
pub async fn append_refuses_more_than_a_new_tail<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("f", "[1,2]"), ("g", "1")])).await;
    let theirs = Write::after(&loaded).append("f", &vec![1, 2, 3]).build();
    assert_eq!(store.commit(&key(1), &theirs).await, Updated::Applied);
    let before = store.record(&key(1)).await;
    for ours in [vec![], vec![2], vec![1, 9, 2]] {
        let changes = Write::after(&loaded).put("g", "2").append("f", &ours).build();
        assert_eq!(store.commit(&key(1), &changes).await, Updated::Conflict);
        let after = store.record(&key(1)).await;
        assert_eq!((fields(&after), after.meta()), (fields(&before), before.meta()));
    }
}

/// `merge = with(function)`: the function is the user's, and never runs while a store holds the record.
pub async fn with_is_left_to_the_core<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("f", "1"), ("g", "1")])).await;
    let theirs = Write::after(&loaded).with("f", &2, digits).build();
    assert_eq!(store.update(&key(1), &theirs).await, Updated::Applied, "there is nothing to merge");
    let before = store.record(&key(1)).await;
    let ours = Write::after(&loaded).put("g", "2").with("f", &3, digits).build();
    assert_eq!(store.update(&key(1), &ours).await, Updated::Conflict);
    assert_eq!(store.rotate(&key(1), &key(2), &ours, at(60)).await, Rotated::Conflict);
    let after = store.record(&key(1)).await;
    assert_eq!((fields(&after), after.meta()), (fields(&before), before.meta()));
    assert_eq!(store.commit(&key(1), &ours).await, Updated::Applied);
    let found = store.record(&key(1)).await;
    assert_eq!((value(&found, "f"), value(&found, "g")), ("123".into(), "2".into()));
}

/// What is still as it was loaded takes the new value: a lesser one by `max`, a shorter one by `append`.
pub async fn a_field_that_nobody_else_changed_takes_the_new_value<S: Store>(store: Subject<S>) {
    let changes: [(&str, Change, &str); 7] = [
        ("5", |w| w.max("f", &3_u64), "3"),
        ("5", |w| w.min("f", &7_u64), "7"),
        ("5", |w| w.with("f", &3, digits), "3"),
        ("5", |w| w.put_or_refuse("f", "3"), "3"),
        ("[1,2]", |w| w.union("f", &vec![3_u64]), "[3]"),
        ("[1,2]", |w| w.append("f", &Vec::<u64>::new()), "[]"),
        ("[1]", |w| w.shown("f"), ""),
    ];
    for (n, (before, change, after)) in (1..).zip(changes) {
        let loaded = store.created(&key(n), record(&[("f", before)])).await;
        assert_eq!(store.update(&key(n), &change(Write::after(&loaded)).build()).await, Updated::Applied);
        assert_eq!(value(&store.record(&key(n)).await, "f"), after);
    }
}

/// A field that is not there is at its default, to both.
pub async fn where_nothing_was_both_begin_with_the_default<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let greatest: [Change; 2] = [|w| w.max("f", &9_u64), |w| w.max("f", &5_u64)];
    assert_eq!(met::<_, u64>(&store, 1, "", greatest).await, 9);
    let lists: [Change; 2] = [|w| w.append("f", &vec![1_u64]), |w| w.append("f", &vec![2_u64])];
    assert_eq!(met::<_, Vec<u64>>(&store, 2, "", lists).await, [1, 2]);
    let sets: [Change; 2] =
        [|w| w.union("f", &BTreeSet::from([1_u64])), |w| w.union("f", &BTreeSet::from([2_u64]))];
    assert_eq!(met::<_, BTreeSet<u64>>(&store, 3, "", sets).await, BTreeSet::from([1, 2]));
    let functions: [Change; 2] = [|w| w.with("f", &4, digits), |w| w.with("f", &5, digits)];
    assert_eq!(met::<_, u64>(&store, 4, "", functions).await, 45);
}

/// What is stored and no value of the field's type is never overwritten: another version of the application may know it.
pub async fn what_does_not_decode_is_a_conflict<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let changes: [(&str, Change); 5] = [
        ("1", |w| w.max("f", &2_u64)),
        ("1", |w| w.add("f", 1)),
        ("[]", |w| w.union("f", &vec![2_u64])),
        ("[]", |w| w.append("f", &vec![2_u64])),
        ("1", |w| w.with("f", &2, digits)),
    ];
    for (n, (before, change)) in (1..).zip(changes) {
        let loaded = store.created(&key(n), record(&[("f", before)])).await;
        let newer = Write::after(&loaded).put("f", r#"{"of":"a newer version"}"#).build();
        assert_eq!(store.update(&key(n), &newer).await, Updated::Applied);
        let late = change(Write::after(&loaded)).build();
        assert_eq!(store.commit(&key(n), &late).await, Updated::Conflict, "change {n}");
        assert_eq!(value(&store.record(&key(n)).await, "f"), r#"{"of":"a newer version"}"#);
    }
}

/// Several policies in one commit: all of them, or none.
async fn of_every_kind<S: Store>(store: &Subject<S>) -> (Arc<Record>, Write) {
    let before = [("a", "1"), ("b", "9"), ("c", "[1]"), ("d", "[1]"), ("e", "1"), ("f", "1"), ("g", "1")];
    let loaded = store.created(&key(1), record(&before)).await;
    let theirs = Write::after(&loaded).max("a", &5_u64).min("b", &5_u64).union("c", &vec![1_u64, 2]);
    let theirs = theirs.append("d", &vec![1_u64, 2]).with("e", &2, digits).add("f", 5).put("g", "2").build();
    assert_eq!(store.commit(&key(1), &theirs).await, Updated::Applied);
    let ours = Write::after(&loaded).max("a", &3_u64).min("b", &3_u64).union("c", &vec![3_u64]);
    (loaded, ours.append("d", &vec![1_u64, 3]).with("e", &3, digits).add("f", 1).put("h", "[]"))
}

fn expect_every_kind(found: &Arc<Record>) {
    let lists = |field| -> Vec<u64> { read(found, field) };
    let numbers = ["a", "b", "e", "f", "g"].map(|field| read::<u64>(found, field));
    assert_eq!(numbers, [5, 3, 123, 7, 2]);
    assert_eq!((lists("c"), lists("d")), (vec![2, 3], vec![1, 2, 3]));
    assert_eq!(value(found, "h"), "[]");
}

/// One commit can hold them all.
pub async fn policies_of_every_kind_meet_in_one_update<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let (loaded, ours) = of_every_kind(&store).await;
    assert_eq!(store.commit(&key(1), &ours.build()).await, Updated::Applied);
    let found = store.record(&key(1)).await;
    expect_every_kind(&found);
    assert_eq!(found.meta().created, loaded.meta().created);
}

/// A login keeps what others wrote meanwhile.
pub async fn policies_of_every_kind_meet_in_a_rotation<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let (_, ours) = of_every_kind(&store).await;
    let answer = store.commit_rotation(&key(1), &key(2), &ours.build(), at(60)).await;
    assert_eq!(answer, Rotated::Rotated);
    expect_every_kind(&store.record(&key(2)).await);
    store.expect_dead(&key(1), at(60)).await;
}
