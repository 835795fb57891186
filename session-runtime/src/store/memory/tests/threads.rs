//! Many threads at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;
use crate::store::{Rotated, Updated};

const THREADS: u64 = 8;

#[test]
fn t34_parallel_increments_are_all_counted() {
    let store = small(10);
    ready(store.create(&key(1), owned(1))).unwrap();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..1000 {
                    let loaded = live(&store, &key(1)).unwrap();
                    assert_eq!(ready(store.update(&key(1), &add(loaded, 1))).unwrap(), Updated::Applied);
                }
            });
        }
    });
    assert_eq!(value(&live(&store, &key(1)).unwrap(), "n"), (THREADS * 1000).to_string());
}

#[test]
fn s69_only_one_of_many_rotations_of_one_id_succeeds() {
    let store = MemoryStore::new();
    for round in 0..200 {
        let old = key(round);
        ready(store.create(&old, owned(1))).unwrap();
        let rotated = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (store, rotated) = (&store, &rotated);
                scope.spawn(move || {
                    let new = key(1000 + round * THREADS + thread);
                    match ready(store.rotate(&old, &new, &put("n", "1"), at(100))).unwrap() {
                        Rotated::Rotated => _ = rotated.fetch_add(1, Ordering::Relaxed),
                        other => assert_eq!(other, Rotated::Gone),
                    }
                });
            }
        });
        assert_eq!(rotated.into_inner(), 1);
    }
    assert_eq!(store.len(), 200);
}

#[test]
fn s70_rotations_across_shards_do_not_wait_for_each_other() {
    // each thread moves its own record over keys in all shards, in another order than its neighbours
    let store = small(100_000);
    assert!(store.0.shards() > 1);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                let id = |n: u64| key(thread << 32 | n);
                ready(store.create(&id(0), owned(1))).unwrap();
                for n in 0..2000 {
                    let loaded = live(store, &id(n)).unwrap();
                    let answer = ready(store.rotate(&id(n), &id(n + 1), &add(loaded, 1), at(100))).unwrap();
                    assert_eq!(answer, Rotated::Rotated);
                }
                assert_eq!(value(&live(store, &id(2000)).unwrap(), "n"), "2000");
            });
        }
    });
    assert_eq!(store.len(), usize::try_from(THREADS).unwrap());
}

#[test]
fn s70_bounds_hold_and_books_balance_under_threads() {
    let store = small(64);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for n in 0..2000 {
                    let id = key(thread << 32 | n);
                    ready(store.create(&id, anonymous(n))).unwrap();
                    assert!(store.0.used().entries <= 64);
                    match n % 4 {
                        0 => ready(store.delete(&id, at(n + 5))).unwrap(),
                        1 => drop(ready(store.update(&id, &put("more", "\"more\"")))),
                        2 => {
                            let new = key(thread << 32 | 1 << 31 | n);
                            drop(ready(store.rotate(&id, &new, &put("n", "1"), at(n))));
                        }
                        _ => drop(ready(store.touch(&id, at(n + 1)))),
                    }
                }
            });
        }
    });
    assert!(store.0.used().entries <= 64);
    ready(store.sweep(Timestamp::from_millis(u64::MAX))).unwrap();
    assert_eq!(store.0.used(), super::super::usage::Size::NOTHING);
}

#[test]
fn s70_a_poisoned_lock_is_recovered() {
    let store = small(10);
    let kept = owned(1);
    ready(store.create(&key(1), Arc::clone(&kept))).unwrap();
    store.0.poison(&key(1));
    assert!(Arc::ptr_eq(&live(&store, &key(1)).unwrap(), &kept));
    assert_eq!(ready(store.update(&key(1), &put("n", "1"))).unwrap(), Updated::Applied);
    assert_eq!(store.len(), 1);
}

#[test]
fn t3_a_deletion_amid_writes_leaves_no_record_behind() {
    let store = MemoryStore::new();
    for round in 0..200 {
        let id = key(round);
        ready(store.create(&id, owned(1))).unwrap();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                // until the deletion lands between some load and its write
                scope
                    .spawn(|| while ready(store.update(&id, &put("n", "1"))).unwrap() == Updated::Applied {});
            }
            scope.spawn(|| ready(store.delete(&id, at(100))).unwrap());
        });
        assert_eq!(tombstone(&store, &id), Some(at(100)), "a write found the record gone, and made no other");
    }
    assert_eq!(store.len(), 0);
}
