//! What gives way when the store is full, and what never does.

use super::super::usage::Size;
use super::*;
use crate::error::StoreError;
use crate::store::{Created, Rotated, Updated};

fn is_full<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Full))
}

#[test]
fn the_oldest_anonymous_record_gives_way() {
    let store = small(3);
    for n in 0..3 {
        ready(store.create(&key(n), anonymous(n))).unwrap();
    }
    // neither an update nor a touch makes a record younger
    ready(store.update(&key(0), &put("n", "1"))).unwrap();
    ready(store.touch(&key(1), at(5))).unwrap();
    for n in 3..10 {
        ready(store.create(&key(n), anonymous(n))).unwrap();
        assert_eq!(alive(&store, 0..10), [n - 2, n - 1, n]);
    }
}

#[test]
fn s72_a_flood_of_anonymous_visitors_logs_nobody_out() {
    let store = small(100);
    for n in 0..60 {
        ready(store.create(&key(n), owned(1))).unwrap();
    }
    for n in 60..2060 {
        assert_eq!(ready(store.create(&key(n), anonymous(2))).unwrap(), Created::Created);
    }
    assert_eq!(alive(&store, 0..60).len(), 60);
    assert_eq!(store.len(), 100);
    assert_eq!(alive(&store, 2020..2060).len(), 40, "the latest visitors");
}

#[test]
fn with_owners_only_creation_fails_and_nothing_is_lost() {
    let store = small(3);
    for n in 0..3 {
        ready(store.create(&key(n), owned(1))).unwrap();
    }
    assert!(is_full(&ready(store.create(&key(3), anonymous(2)))));
    assert!(is_full(&ready(store.create(&key(3), owned(2)))));
    assert_eq!(ready(store.create(&key(0), owned(2))).unwrap(), Created::Exists);
    assert_eq!(ready(store.update(&key(1), &put("n", "1"))).unwrap(), Updated::Applied);
    // giving up a privilege does not wait for room: there is none for a tombstone, and the old id is unknown instead
    assert_eq!(ready(store.rotate(&key(1), &key(4), &put("n", "2"), at(100))).unwrap(), Rotated::Rotated);
    assert_eq!(alive(&store, 0..5), [0, 2, 4]);
    assert_eq!(tombstone(&store, &key(1)), None);
    assert_eq!(value(&live(&store, &key(4)).unwrap(), "n"), "2");
    assert_eq!(store.0.used().entries, 3);
}

#[test]
fn what_is_over_gives_way_before_what_is_alive() {
    let store = small(3);
    ready(store.create(&key(0), anonymous(4000))).unwrap();
    ready(store.create(&key(1), owned(1))).unwrap();
    ready(store.create(&key(2), owned(4000))).unwrap();
    // the second one's hour ended at 3601, and its grace a minute later
    ready(store.create(&key(3), anonymous(4001))).unwrap();
    assert_eq!(alive(&store, 0..4), [0, 2, 3]);
}

#[test]
fn tombstones_outlive_anonymous_records_and_give_way_before_owned_ones() {
    let store = small(4);
    for n in 0..2 {
        ready(store.create(&key(n), owned(1))).unwrap();
        ready(store.delete(&key(n), at(1000 - n))).unwrap();
    }
    ready(store.create(&key(2), owned(1))).unwrap();
    ready(store.create(&key(3), anonymous(1))).unwrap();
    ready(store.create(&key(4), owned(2))).unwrap();
    assert!(live(&store, &key(3)).is_none());
    assert!(tombstone(&store, &key(0)).is_some() && tombstone(&store, &key(1)).is_some());

    ready(store.create(&key(5), owned(2))).unwrap();
    assert!(tombstone(&store, &key(0)).is_none(), "the oldest, whichever expires first");
    assert!(tombstone(&store, &key(1)).is_some());
    ready(store.create(&key(6), owned(2))).unwrap();
    assert!(is_full(&ready(store.create(&key(7), owned(2)))));
    assert_eq!(alive(&store, 0..8), [2, 4, 5, 6]);
}

#[test]
fn an_owner_who_comes_or_goes_changes_what_may_be_evicted() {
    let own = |owner: Option<&str>| {
        let mut changes = put("n", "1");
        changes.meta.owner = Some(owner.map(Into::into));
        changes
    };
    let store = small(2);
    ready(store.create(&key(0), anonymous(1))).unwrap();
    ready(store.create(&key(1), anonymous(1))).unwrap();
    ready(store.update(&key(0), &own(Some("\"ann\"")))).unwrap();
    ready(store.create(&key(2), anonymous(2))).unwrap();
    assert_eq!(alive(&store, 0..3), [0, 2]);
    ready(store.update(&key(2), &own(Some("\"bob\"")))).unwrap();
    assert!(is_full(&ready(store.create(&key(3), anonymous(3)))));
    ready(store.update(&key(0), &own(None))).unwrap();
    ready(store.create(&key(3), anonymous(3))).unwrap();
    assert_eq!(alive(&store, 0..4), [2, 3]);
}

#[test]
fn bytes_are_bounded_as_well() {
    let each = Size::of(&anonymous(1)).bytes;
    let store = MemoryStore::builder().max_bytes(3 * each).build();
    for n in 0..4 {
        ready(store.create(&key(n), anonymous(n))).unwrap();
    }
    let left = alive(&store, 0..4);
    assert_eq!(left.len(), 3);
    assert!(left.contains(&3));
    assert_eq!(store.0.used(), Size { entries: 3, bytes: 3 * each });
}

#[test]
fn a_record_that_grows_displaces_others_but_not_itself() {
    let each = Size::of(&anonymous(1)).bytes;
    let store = MemoryStore::builder().capacity(100).max_bytes(3 * each).build();
    for n in 0..3 {
        ready(store.create(&key(n), anonymous(n))).unwrap();
    }
    // key 0 is the oldest, and would be the first to go
    let long = format!("\"{}\"", "x".repeat(each));
    assert_eq!(ready(store.update(&key(0), &put("long", &long))).unwrap(), Updated::Applied);
    assert_eq!(alive(&store, 0..3), [0]);

    let used = store.0.used();
    let too_long = format!("\"{}\"", "x".repeat(3 * each));
    assert!(is_full(&ready(store.update(&key(0), &put("long", &too_long)))));
    assert_eq!(value(&live(&store, &key(0)).unwrap(), "long"), long);
    assert_eq!(store.0.used(), used);
    assert_eq!(ready(store.update(&key(0), &put("long", "1"))).unwrap(), Updated::Applied);
    assert!(store.0.used().bytes < used.bytes);
}

#[test]
fn what_fits_into_no_store_empties_none() {
    let store = MemoryStore::builder().max_bytes(10_000).build();
    ready(store.create(&key(0), anonymous(1))).unwrap();
    let long = format!("\"{}\"", "x".repeat(10_000));
    assert!(is_full(&ready(store.create(&key(1), record(1, None, &[("long", &long)])))));
    assert_eq!(alive(&store, 0..2), [0]);
    assert!(is_full(&ready(small(0).create(&key(0), anonymous(1)))));
}

#[test]
fn rotation_makes_room_for_its_tombstone_but_not_from_its_own_record() {
    let store = small(2);
    ready(store.create(&key(0), anonymous(1))).unwrap();
    ready(store.create(&key(1), anonymous(1))).unwrap();
    assert_eq!(ready(store.rotate(&key(0), &key(2), &put("n", "1"), at(9))).unwrap(), Rotated::Rotated);
    assert_eq!(alive(&store, 0..3), [2]);
    assert_eq!(tombstone(&store, &key(0)), Some(at(9)));
    assert_eq!(ready(store.rotate(&key(2), &key(3), &put("n", "1"), at(10))).unwrap(), Rotated::Rotated);
    assert!(tombstone(&store, &key(0)).is_none());
    assert_eq!(tombstone(&store, &key(2)), Some(at(10)));
}

#[test]
fn bounds_are_exact_over_many_shards() {
    let store = small(10_000);
    assert!(store.0.shards() > 1);
    for n in 0..10_000 {
        ready(store.create(&key(n), owned(1))).unwrap();
    }
    assert!(is_full(&ready(store.create(&key(10_000), anonymous(2)))));
    ready(store.delete(&key(77), at(100))).unwrap();
    for n in 10_001..10_100 {
        // whichever shard it falls into, the one that may go is found
        assert_eq!(ready(store.create(&key(n), anonymous(2))).unwrap(), Created::Created);
    }
    assert_eq!(store.0.used().entries, 10_000);
    assert_eq!(store.len(), 10_000);
}

#[test]
fn queues_stay_in_proportion_to_what_is_kept() {
    let store = small(1000);
    for n in 0..20_000 {
        ready(store.create(&key(n), anonymous(1))).unwrap();
        ready(store.delete(&key(n), at(2))).unwrap();
        ready(store.create(&key(n), anonymous(3))).unwrap();
        if n % 2 == 0 {
            ready(store.rotate(&key(n), &key(n + 100_000), &put("n", "1"), at(2))).unwrap();
        }
        if n >= 20 {
            ready(store.delete(&key(n - 20), at(1))).unwrap();
            ready(store.delete(&key(n - 20 + 100_000), at(1))).unwrap();
        }
        if n % 50 == 0 {
            ready(store.sweep(at(3))).unwrap();
        }
        assert!(store.0.queued() <= 2 * store.0.used().entries + 64, "{} queued", store.0.queued());
    }
}
