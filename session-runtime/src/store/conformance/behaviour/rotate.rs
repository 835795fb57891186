//! A record moves to another key, all of it or nothing.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, record, renewal, value};
use crate::store::{Rotated, Store, Touched, Updated};

/// The old id is dead at once, and known to be.
pub async fn rotate_moves_the_record_and_leaves_a_tombstone<S: Store>(store: Subject<S>) {
    let created = store.created(&key(1), record(&[("a", "1")])).await;
    let changes = Write::after(&created).build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Rotated);
    let found = store.record(&key(2)).await;
    assert_eq!(fields(&found), fields(&created));
    assert_eq!(found.meta().created, created.meta().created, "a session that rotates is no younger for it");
    store.expect_dead(&key(1), at(120)).await;
}

/// A login sets the owner, wipes and rotates in one step.
pub async fn rotate_applies_its_changes<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1"), ("theme", "2")])).await;
    let login =
        Write::after(&loaded).wipe_but(&["theme"]).put("user", "7").owner(Some("7")).seen(at(9)).build();
    assert_eq!(store.rotate(&key(1), &key(2), &login, at(120)).await, Rotated::Rotated);
    let found = store.record(&key(2)).await;
    assert_eq!(fields(&found), fields(&record(&[("theme", "2"), ("user", "7")])));
    assert_eq!((found.meta().owner.as_deref(), found.meta().last_seen), (Some("7"), at(9)));
    assert_eq!(found.meta().last_op, login.op);
}

/// What another request wrote moves along.
pub async fn rotate_merges_with_another_change<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("n", "1"), ("a", "1")])).await;
    store.update(&key(1), &Write::after(&loaded).add("n", 5).put("b", "2").build()).await;
    let changes = Write::after(&loaded).add("n", 1).put("a", "3").build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Rotated);
    let expected = record(&[("n", "7"), ("a", "3"), ("b", "2")]);
    assert_eq!(fields(&store.record(&key(2)).await), fields(&expected));
}

/// Neither a record nor a tombstone, under either key.
pub async fn rotate_without_a_record_leaves_nothing<S: Store>(store: Subject<S>) {
    let changes = Write::blind().put("a", "1").build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Gone);
    assert!(store.is_free(&key(1)).await && store.is_free(&key(2)).await);
}

/// Another record, a tombstone, and the record itself are all something.
pub async fn rotate_onto_anything_changes_nothing<S: Store>(store: Subject<S>) {
    let mine = store.created(&key(1), record(&[("a", "1")])).await;
    let other = store.created(&key(2), record(&[("a", "2")])).await;
    let dead = store.has_tombstones();
    if dead {
        store.created(&key(3), record(&[])).await;
        store.delete(&key(3), at(60)).await;
    }
    let changes = Write::after(&mine).put("a", "9").build();
    for taken in if dead { 1..=3 } else { 1..=2 } {
        let answer = store.rotate(&key(1), &key(taken), &changes, at(120)).await;
        assert_eq!(answer, Rotated::Exists, "key {taken}");
        for (key, created) in [(key(1), &mine), (key(2), &other)] {
            let found = store.record(&key).await;
            assert_eq!((fields(&found), found.meta()), (fields(created), created.meta()));
        }
        if dead {
            store.expect_dead(&key(3), at(60)).await;
        }
    }
    assert_eq!(store.rotate(&key(1), &key(4), &changes, at(120)).await, Rotated::Rotated, "another try");
}

/// The record stays where it is, as it is.
pub async fn a_refused_rotate_changes_nothing<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    store.update(&key(1), &Write::after(&loaded).put("a", "2").build()).await;
    let before = store.record(&key(1)).await;
    let changes = Write::after(&loaded).put_or_refuse("a", "3").put("b", "1").build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Conflict);
    let after = store.record(&key(1)).await;
    assert_eq!((fields(&after), after.meta()), (fields(&before), before.meta()));
    assert!(store.is_free(&key(2)).await);
}

/// What takes the place of all fields takes that of those that its request knows of: any write that comes between is in the
/// way, also one of the very same values. Activity is none.
pub async fn t34_an_exchange_of_all_fields_refuses_what_was_written_meanwhile<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1"), ("theme", "2")])).await;
    let exchange = |loaded: &std::sync::Arc<_>| {
        Write::after(loaded).to_nothing_else().wipe_but(&["theme"]).put("b", "1").build()
    };
    for write in [Write::after(&loaded).put("c", "1"), Write::after(&loaded).put("c", "1")] {
        let before = store.record(&key(1)).await;
        assert_eq!(store.update(&key(1), &write.build()).await, Updated::Applied);
        assert_eq!(store.rotate(&key(1), &key(2), &exchange(&before), at(120)).await, Rotated::Conflict);
    }
    let now = store.record(&key(1)).await;
    assert_eq!(value(&now, "c"), "1", "nothing was moved");
    assert!(store.is_free(&key(2)).await);
    assert_eq!(store.touch(&key(1), at(9)).await, Touched::Touched);
    assert_eq!(store.rotate(&key(1), &key(2), &exchange(&now), at(120)).await, Rotated::Rotated);
    let expected = record(&[("theme", "2"), ("b", "1")]);
    assert_eq!(fields(&store.record(&key(2)).await), fields(&expected));
}

/// Each time the one before dies.
pub async fn an_id_can_be_rotated_many_times<S: Store>(store: Subject<S>) {
    let mut loaded = store.created(&key(0), record(&[("n", "0")])).await;
    for n in 0..20 {
        let changes = Write::after(&loaded).add("n", 1).build();
        assert_eq!(store.rotate(&key(n), &key(n + 1), &changes, at(120)).await, Rotated::Rotated);
        loaded = store.record(&key(n + 1)).await;
    }
    assert_eq!(value(&loaded, "n"), "20");
    for n in 0..20 {
        store.expect_dead(&key(n), at(120)).await;
    }
}

/// Each old id says the next one, also when the record is there no more: the core looks whether it may follow.
pub async fn s24_a_rotated_id_says_where_the_record_went<S: Store>(store: Subject<S>) {
    if !store.forwards() {
        return;
    }
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    let changes = Write::after(&loaded).build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await, Rotated::Rotated);
    assert_eq!(store.forwarded(&key(1)).await, Some(key(2)));
    assert_eq!(store.rotate(&key(2), &key(3), &changes, at(120)).await, Rotated::Rotated);
    assert_eq!(store.forwarded(&key(1)).await, Some(key(2)));
    assert_eq!(store.forwarded(&key(2)).await, Some(key(3)));
    store.delete(&key(3), at(130)).await;
    assert_eq!(store.forwarded(&key(2)).await, Some(key(3)));
}

/// What says by which old id a session may be reached comes with the rotation, outlasts writes, and goes with the next
/// rotation that says nothing of the kind. A store that cannot say where a record went need not keep it.
pub async fn s24_what_a_renewal_says_is_kept_until_the_next_rotation<S: Store>(store: Subject<S>) {
    if !store.forwards() {
        return;
    }
    store.created(&key(1), record(&[("a", "1")])).await;
    let said = [renewal(1, at(30)), renewal(2, crate::clock::Timestamp::from_millis(u64::MAX))];
    for (n, said) in (1..).zip(&said) {
        let renewing =
            Write::after(&store.record(&key(n)).await).renewed(Some(said.clone())).issued(at(n)).build();
        assert_eq!(store.rotate(&key(n), &key(n + 1), &renewing, at(120)).await, Rotated::Rotated);
        let write = Write::after(&store.record(&key(n + 1)).await).put("a", "2").seen(at(9)).build();
        assert_eq!(store.update(&key(n + 1), &write).await, Updated::Applied);
        assert_eq!(store.touch(&key(n + 1), at(10)).await, Touched::Touched);
        let found = store.record(&key(n + 1)).await;
        assert_eq!((found.meta().renewed.as_deref(), found.meta().issued), (Some(said), at(n)));
    }
    let login =
        Write::after(&store.record(&key(3)).await).put("user", "7").renewed(None).issued(at(5)).build();
    assert_eq!(store.rotate(&key(3), &key(4), &login, at(120)).await, Rotated::Rotated);
    let found = store.record(&key(4)).await;
    assert_eq!((found.meta().renewed.as_deref(), found.meta().issued), (None, at(5)));
}
