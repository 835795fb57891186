//! What each operation does and leaves alone.

use std::sync::Arc;

use super::super::shard::Entry;
use super::super::usage::Size;
use super::*;
use crate::store::{Created, Rotated, Touched, Updated};

#[test]
fn s3_create_refuses_an_occupied_key() {
    let store = small(10);
    let first = anonymous(1);
    assert_eq!(ready(store.create(&key(1), Arc::clone(&first))).unwrap(), Created::Created);
    assert_eq!(ready(store.create(&key(1), owned(2))).unwrap(), Created::Exists);
    assert!(Arc::ptr_eq(&live(&store, &key(1)).unwrap(), &first), "the first session is untouched");
    assert_eq!(store.len(), 1);
}

#[test]
fn s3_a_tombstone_occupies_its_key_until_it_expires() {
    let store = small(10);
    ready(store.create(&key(1), anonymous(1))).unwrap();
    ready(store.delete(&key(1), at(60))).unwrap();
    assert_eq!(ready(store.create(&key(1), anonymous(59))).unwrap(), Created::Exists);
    assert_eq!(ready(store.create(&key(1), anonymous(60))).unwrap(), Created::Created);
    assert_eq!(store.0.used(), Size::of(&anonymous(60)), "the tombstone's room came back");
}

#[test]
fn update_applies_refuses_and_misses() {
    let store = small(10);
    let loaded = record(1, None, &[("a", "1"), ("b", "2")]);
    ready(store.create(&key(1), Arc::clone(&loaded))).unwrap();
    assert_eq!(ready(store.update(&key(1), &put("a", "10"))).unwrap(), Updated::Applied);

    let late = changes(Some(loaded), &[("b", "20", Merge::LastWrite), ("a", "11", Merge::Reject)]);
    assert_eq!(ready(store.update(&key(1), &late)).unwrap(), Updated::Conflict);
    let kept = live(&store, &key(1)).unwrap();
    assert_eq!((value(&kept, "a"), value(&kept, "b")), ("10".into(), "2".into()), "all or nothing");

    assert_eq!(ready(store.update(&key(2), &put("a", "1"))).unwrap(), Updated::Gone);
    assert!(matches!(load(&store, &key(2)), Found::Nothing), "an update creates nothing");
}

#[test]
fn t2_nothing_brings_a_deleted_record_back() {
    let store = small(10);
    ready(store.create(&key(1), owned(1))).unwrap();
    ready(store.delete(&key(1), at(100))).unwrap();
    assert_eq!(ready(store.update(&key(1), &put("n", "1"))).unwrap(), Updated::Gone);
    assert_eq!(ready(store.touch(&key(1), at(2))).unwrap(), Touched::Gone);
    assert_eq!(ready(store.rotate(&key(1), &key(2), &put("n", "1"), at(200))).unwrap(), Rotated::Gone);
    assert_eq!(ready(store.create(&key(1), anonymous(2))).unwrap(), Created::Exists);
    ready(store.delete(&key(1), at(300))).unwrap();
    assert_eq!(tombstone(&store, &key(1)), Some(at(100)));
    assert!(matches!(load(&store, &key(2)), Found::Nothing));
    assert!(store.is_empty());
}

#[test]
fn t5_operations_on_unknown_ids_leave_nothing() {
    let store = small(100);
    for n in 0..10_000 {
        assert!(matches!(load(&store, &key(n)), Found::Nothing));
        ready(store.delete(&key(n), at(100))).unwrap();
        ready(store.touch(&key(n), at(1))).unwrap();
        ready(store.update(&key(n), &put("n", "1"))).unwrap();
        ready(store.rotate(&key(n), &key(n + 1), &put("n", "1"), at(100))).unwrap();
    }
    assert_eq!(store.0.used(), Size::NOTHING);
}

#[test]
fn rotate_moves_the_record_and_leaves_a_tombstone() {
    // one shard, and several
    for capacity in [10, 1_000_000] {
        let store = small(capacity);
        for n in 0..50 {
            ready(store.create(&key(0), anonymous(1))).unwrap();
            let answer = ready(store.rotate(&key(0), &key(n + 1), &put("n", "5"), at(100))).unwrap();
            assert_eq!(answer, Rotated::Rotated);
            assert_eq!(value(&live(&store, &key(n + 1)).unwrap(), "n"), "5");
            assert_eq!(tombstone(&store, &key(0)), Some(at(100)));
            assert_eq!(store.len(), 1);
            store.clear_all();
            assert_eq!(store.0.used(), Size::NOTHING);
        }
    }
}

#[test]
fn rotate_is_all_or_nothing() {
    for capacity in [10, 1_000_000] {
        let store = small(capacity);
        let loaded = anonymous(1);
        ready(store.create(&key(1), Arc::clone(&loaded))).unwrap();
        ready(store.create(&key(2), owned(1))).unwrap();
        ready(store.update(&key(1), &put("n", "1"))).unwrap();
        let used = store.0.used();

        assert_eq!(ready(store.rotate(&key(1), &key(2), &put("n", "9"), at(100))).unwrap(), Rotated::Exists);
        assert_eq!(ready(store.rotate(&key(1), &key(1), &put("n", "9"), at(100))).unwrap(), Rotated::Exists);
        let refused = changes(Some(loaded), &[("n", "9", Merge::Reject)]);
        assert_eq!(ready(store.rotate(&key(1), &key(3), &refused, at(100))).unwrap(), Rotated::Conflict);
        assert_eq!(ready(store.rotate(&key(4), &key(5), &put("n", "9"), at(100))).unwrap(), Rotated::Gone);

        assert_eq!(value(&live(&store, &key(1)).unwrap(), "n"), "1");
        assert_eq!(value(&live(&store, &key(2)).unwrap(), "n"), "0");
        assert!((3..6).all(|n| matches!(load(&store, &key(n)), Found::Nothing)));
        assert_eq!(store.0.used(), used);
    }
}

#[test]
fn touch_moves_activity_forward_only() {
    let store = small(10);
    ready(store.create(&key(1), anonymous(10))).unwrap();
    for (seen, then) in [(20, 20), (15, 20), (20, 20), (21, 21)] {
        assert_eq!(ready(store.touch(&key(1), at(seen))).unwrap(), Touched::Touched);
        assert_eq!(live(&store, &key(1)).unwrap().meta().last_seen, at(then));
    }
    let touched = live(&store, &key(1)).unwrap();
    assert_eq!(value(&touched, "n"), "0");
    assert_eq!(touched.meta().created, at(10));
    assert_eq!(ready(store.touch(&key(2), at(20))).unwrap(), Touched::Gone);
}

#[test]
fn s73_sweep_drops_what_is_over_and_counts_it() {
    let store = small(100_000);
    for n in 0..10 {
        ready(store.create(&key(n), anonymous(n * 100))).unwrap();
    }
    for n in 10..13 {
        ready(store.create(&key(n), owned(900))).unwrap();
        ready(store.delete(&key(n), at(4101 + n))).unwrap();
    }
    // idle one hour: the records created at 0, 100, … 500 are over at 4100; the boundary belongs to the dead
    assert_eq!(ready(store.sweep(at(4100))).unwrap(), 6);
    assert_eq!(alive(&store, 0..10), [6, 7, 8, 9]);
    assert_eq!(ready(store.sweep(at(4112))).unwrap(), 2);
    assert_eq!(tombstone(&store, &key(12)), Some(at(4113)));
    assert_eq!(ready(store.sweep(Timestamp::from_millis(u64::MAX))).unwrap(), 5);
    assert_eq!(store.0.used(), Size::NOTHING);
    assert_eq!(ready(store.sweep(at(0))).unwrap(), 0);
}

#[test]
fn s73_writes_sweep_their_shard_once_a_minute_and_leave_a_grace() {
    let store = small(10);
    ready(store.create(&key(1), owned(1))).unwrap();
    let over = 1 + 3600;
    ready(store.create(&key(2), owned(over + 30))).unwrap();
    assert!(live(&store, &key(1)).is_some(), "whoever loaded it in time may still commit");
    ready(store.create(&key(3), owned(over + 61))).unwrap();
    assert!(live(&store, &key(1)).is_some(), "swept 31 seconds ago");
    ready(store.touch(&key(2), at(over + 90))).unwrap();
    assert!(live(&store, &key(1)).is_none());
    assert_eq!(store.len(), 2);
}

#[test]
fn s73_a_clock_that_was_set_back_does_not_stop_sweeping() {
    let store = small(10);
    ready(store.create(&key(1), owned(1_000_000))).unwrap();
    ready(store.delete(&key(1), at(20))).unwrap();
    ready(store.create(&key(2), owned(10))).unwrap();
    ready(store.create(&key(3), owned(100))).unwrap();
    assert!(tombstone(&store, &key(1)).is_none());
}

#[test]
fn a_clone_is_the_same_store_and_clear_all_empties_it() {
    let store = MemoryStore::default();
    ready(store.clone().create(&key(1), owned(1))).unwrap();
    ready(store.create(&key(2), anonymous(1))).unwrap();
    ready(store.delete(&key(2), at(100))).unwrap();
    assert_eq!(store.len(), 1);
    store.clone().clear_all();
    assert!(store.is_empty());
    assert!(matches!(load(&store, &key(2)), Found::Nothing));
    assert_eq!(store.0.used(), Size::NOTHING);
    assert_eq!(store.0.queued(), 0);
}

#[test]
fn t22_debug_shows_bounds_and_no_content() {
    let store = small(3);
    ready(store.create(&key(1), record(1, Some("\"canary\""), &[("canary", "\"canary\"")]))).unwrap();
    assert_eq!(format!("{store:?}"), "MemoryStore { capacity: 3, max_bytes: 1073741824, .. }");
}

#[test]
fn s14_a_deletion_follows_the_rotations_that_came_before_it() {
    let store = small(10);
    ready(store.create(&key(1), owned(1))).unwrap();
    for n in 1..4 {
        assert_eq!(
            ready(store.rotate(&key(n), &key(n + 1), &put("n", "1"), at(100))).unwrap(),
            Rotated::Rotated
        );
    }
    ready(store.delete(&key(1), at(200))).unwrap();
    assert_eq!(alive(&store, 0..6), [0_u64; 0]);
    assert_eq!(tombstone(&store, &key(4)), Some(at(200)));
}

#[test]
fn an_entry_is_small() {
    assert_eq!(size_of::<Entry>(), 24);
}
