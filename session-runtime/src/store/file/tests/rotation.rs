//! A rotation that stopped half way, as a crash leaves it.

use std::fs;

use super::*;
use crate::store::conformance::kit::{Write, at, value};
use crate::store::{Rotated, Updated};

/// The folder after a crash between the two writes of a rotation: the moved record is there, the tombstone is not.
async fn half_way(folder: &Temporary) -> FileStore {
    let store = folder.store();
    created(&store, &key(1)).await;
    let before = fs::read(folder.file(&key(1))).unwrap();
    let answer =
        store.rotate(&key(1), &key(2), &Write::blind().put("a", "2").build(), at(120)).await.unwrap();
    assert_eq!(answer, Rotated::Rotated);
    fs::write(folder.file(&key(1)), before).unwrap();
    store
}

#[tokio::test]
async fn t17_a_rotation_that_stopped_half_way_has_not_happened() {
    let folder = Temporary::new();
    let store = half_way(&folder).await;
    assert!(is_live(&store, &key(1)).await && !is_live(&store, &key(2)).await);
    let changes = Write::blind().put("a", "3").build();
    assert_eq!(store.update(&key(2), &changes).await.unwrap(), Updated::Gone);
    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
}

#[tokio::test]
async fn t2_nor_does_it_happen_later() {
    // by a rotation to another id, by a logout, and by the end of the dead id's time
    for end in 0..3 {
        let folder = Temporary::new();
        let store = half_way(&folder).await;
        let changes = Write::blind().build();
        match end {
            0 => _ = store.rotate(&key(1), &key(3), &changes, at(120)).await.unwrap(),
            1 => store.delete(&key(1), at(120)).await.unwrap(),
            _ => {
                store.delete(&key(1), at(120)).await.unwrap();
                assert_eq!(store.sweep(at(120)).await.unwrap(), 1);
            }
        }
        assert!(!is_live(&store, &key(1)).await && !is_live(&store, &key(2)).await, "{end}");
        assert_eq!(is_live(&store, &key(3)).await, end == 0);
        store.sweep(at(999_999)).await.unwrap();
        assert!(folder.names().is_empty(), "and what it left is swept");
    }
}

#[tokio::test]
async fn its_new_id_can_be_taken() {
    let folder = Temporary::new();
    let store = half_way(&folder).await;
    let answer =
        store.rotate(&key(1), &key(2), &Write::blind().put("a", "4").build(), at(120)).await.unwrap();
    assert_eq!(answer, Rotated::Rotated);
    assert!(matches!(store.load(&key(2)).await.unwrap(), Found::Record(r) if value(&r, "a") == "4"));
}

#[tokio::test]
async fn s73_a_moved_record_outlives_the_tombstone_that_it_counted_by() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(0)).await;
    for n in 0..5 {
        let changes = Write::blind().build();
        let answer = store.rotate(&key(n), &key(n + 1), &changes, at(120)).await.unwrap();
        assert_eq!(answer, Rotated::Rotated);
    }
    assert_eq!(store.sweep(at(120)).await.unwrap(), 5);
    assert!(is_live(&store, &key(5)).await);
    assert_eq!(folder.names().len(), 1);
}
