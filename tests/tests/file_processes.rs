//! The file store between processes: two that write at once, and one that is killed while it writes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use session_runtime::store::conformance::kit::{Write, at, key, record, value};
use session_runtime::store::{
    Durability, FileStore, Found, Record, Rotated, Store as _, StoreError, Updated,
};
use session_tests::Folder;
use session_tests::process::{Other, report, role, wait_for_the_start};

fn open(folder: &Path, durability: Durability) -> FileStore {
    FileStore::builder(folder).durability(durability).open().unwrap()
}

/// Not a test: what the other processes run. Without a role there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_child() {
    let Some((role, folder)) = role() else { return };
    let store = open(&folder, if role == "write durably" { Durability::Full } else { Durability::Process });
    wait_for_the_start();
    match &*role {
        "count" => count(store).await,
        "rotate" => report(rotate(&store).await),
        "write" | "write durably" => write(&store).await,
        "move" => move_on(&store).await,
        "fill" => report(fill(&store).await),
        "read only" => report(read_only(&store, &folder).await),
        other => panic!("no such role: {other}"),
    }
}

/// What happens in a folder that cannot be written to for a while.
async fn read_only(store: &FileStore, folder: &Path) -> String {
    let allow = |mode| std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
    let loaded = record(&[("n", "1")]);
    store.create(&key(1), Arc::clone(&loaded)).await.unwrap();
    let write = Write::after(&loaded).put("n", "2").build();
    allow(0o500);
    let refused = [
        store.update(&key(1), &write).await.is_err(),
        store.create(&key(2), record(&[("n", "1")])).await.is_err(),
        store.rotate(&key(1), &key(3), &write, at(60)).await.is_err(),
        store.delete(&key(1), at(60)).await.is_err(),
    ];
    let kept = load(store, 1).await.map(|record| value(&record, "n"));
    allow(0o700);
    let written = store.update(&key(1), &write).await;
    format!("{refused:?} {kept:?} {written:?}")
}

async fn load(store: &FileStore, n: u64) -> Option<Arc<Record>> {
    match store.load(&key(n)).await.unwrap() {
        Found::Record(record) => Some(record),
        Found::Tombstone { .. } | Found::Nothing => None,
    }
}

/// A hundred increments, by five tasks.
async fn count(store: FileStore) {
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    let loaded = load(&store, 1).await.unwrap();
                    let changes = Write::after(&loaded).add("n", 1).build();
                    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    report("done");
}

const ROUNDS: u64 = 100;

/// Wins as many rotations as it can.
async fn rotate(store: &FileStore) -> u64 {
    let mut won = 0;
    for n in 0..ROUNDS {
        let new = key(u64::from(std::process::id()) << 32 | n);
        match store.rotate(&key(n), &new, &Write::blind().build(), at(120)).await.unwrap() {
            Rotated::Rotated => won += 1,
            Rotated::Gone => {}
            other => panic!("{other:?}"),
        }
    }
    won
}

/// Writes two fields that must agree, until it is killed.
async fn write(store: &FileStore) {
    for n in 1_u64.. {
        let text = format!("\"{}\"", n.to_string().repeat(500));
        let changes = Write::blind().put("n", &n.to_string()).put("a", &text).put("b", &text).build();
        assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
        report(n);
    }
}

/// Rotates one session on and on, until it is killed.
async fn move_on(store: &FileStore) {
    for n in 0.. {
        let changes = Write::blind().put("n", &n.to_string()).build();
        assert_eq!(store.rotate(&key(n), &key(n + 1), &changes, at(120)).await.unwrap(), Rotated::Rotated);
        report(n + 1);
    }
}

/// Writes more than the process may, and says whether it was told so.
async fn fill(store: &FileStore) -> bool {
    let text = format!("\"{}\"", "x".repeat(60_000));
    let changes = Write::blind().put("a", &text).build();
    let full = |error| matches!(error, Err(StoreError::Unavailable(_)));
    full(store.update(&key(1), &changes).await.map(drop))
        && full(store.rotate(&key(1), &key(2), &changes, at(120)).await.map(drop))
        && full(store.create(&key(3), record(&[("a", &text)])).await.map(drop))
        // what fits still works
        && store.touch(&key(1), at(5)).await.is_ok()
}

#[tokio::test]
async fn t34_two_processes_increment_and_200_of_200_count() {
    let folder = Folder::new();
    let store = open(&folder.0, Durability::Process);
    store.create(&key(1), record(&[("n", "0")])).await.unwrap();
    let mut both = [Other::start("count", &folder.0), Other::start("count", &folder.0)];
    both.iter_mut().for_each(Other::go);
    for other in both {
        assert_eq!(other.end(), "done");
    }
    assert_eq!(value(&load(&store, 1).await.unwrap(), "n"), "200");
}

#[tokio::test]
async fn s69_of_two_processes_that_rotate_at_once_one_wins() {
    let folder = Folder::new();
    let store = open(&folder.0, Durability::Process);
    for n in 0..ROUNDS {
        store.create(&key(n), record(&[("a", "1")])).await.unwrap();
    }
    let mut both = [Other::start("rotate", &folder.0), Other::start("rotate", &folder.0)];
    let ids = both.each_ref().map(|other| u64::from(other.id()));
    both.iter_mut().for_each(Other::go);
    let won: u64 = both.into_iter().map(|other| other.end().parse::<u64>().unwrap()).sum();
    assert_eq!(won, ROUNDS);
    for n in 0..ROUNDS {
        let mut alive = 0;
        for id in ids {
            alive += u32::from(load(&store, id << 32 | n).await.is_some());
        }
        assert_eq!(alive, 1, "one new id, and no third one");
        assert!(matches!(store.load(&key(n)).await.unwrap(), Found::Tombstone { .. }));
    }
}

/// Kills a child after so many reports; where in its next write that is, is left to chance.
fn kill_after(reports: u64, role: &str, folder: &Folder) -> u64 {
    let mut other = Other::start(role, &folder.0);
    other.go();
    let mut last = None;
    for _ in 0..reports {
        last = other.report();
    }
    other.kill().or(last).map_or(0, |n| n.parse().unwrap())
}

/// PA-36, EM-13.
#[tokio::test]
async fn t17_killed_while_writing_a_reader_sees_the_old_record_or_the_new() {
    for round in 0..40 {
        let folder = Folder::new();
        let store = open(&folder.0, Durability::Process);
        store.create(&key(1), record(&[("n", "0"), ("a", "\"\""), ("b", "\"\"")])).await.unwrap();
        let role = if round % 2 == 0 { "write" } else { "write durably" };
        let acknowledged = kill_after(round, role, &folder);
        let found = load(&store, 1).await.expect("the record is there");
        let n: u64 = value(&found, "n").parse().unwrap();
        assert!(n == acknowledged || n == acknowledged + 1, "{n}, and {acknowledged} was acknowledged");
        assert_eq!(value(&found, "a"), value(&found, "b"));
        // nobody waits for a lock of the dead
        let changes = Write::after(&found).put("n", "0").build();
        assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    }
}

#[tokio::test]
async fn t17_killed_while_rotating_one_id_reaches_the_record() {
    for round in 0..40 {
        let folder = Folder::new();
        let store = open(&folder.0, Durability::Process);
        store.create(&key(0), record(&[("n", "0")])).await.unwrap();
        let acknowledged = kill_after(round, "move", &folder);
        let mut alive = Vec::new();
        for n in 0..=acknowledged + 2 {
            if load(&store, n).await.is_some() {
                alive.push(n);
            }
        }
        assert_eq!(alive.len(), 1, "{alive:?}, and {acknowledged} was acknowledged");
        assert!(alive[0] == acknowledged || alive[0] == acknowledged + 1);
        store.sweep(at(120)).await.unwrap();
        assert!(load(&store, alive[0]).await.is_some(), "it outlives its tombstone");
    }
}

#[tokio::test]
async fn t17_a_full_disk_is_an_error_and_loses_nothing() {
    let folder = Folder::new();
    let store = open(&folder.0, Durability::Process);
    store.create(&key(1), record(&[("a", "1")])).await.unwrap();
    let mut other = Other::with_little_room("fill", &folder.0);
    other.go();
    assert_eq!(other.end(), "true", "each write that did not fit said so");
    let found = load(&store, 1).await.expect("the record is there");
    assert_eq!((value(&found, "a"), found.meta().last_seen > at(0)), ("1".into(), true));
    assert!(load(&store, 2).await.is_none() && load(&store, 3).await.is_none());
    let left = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(
        !left.into_iter().any(|name| name.to_string_lossy().contains("tmp")),
        "nothing is left of the attempts"
    );
}

#[test]
fn t17_a_folder_that_cannot_be_written_to_is_an_error_and_loses_nothing() {
    let folder = Folder::new();
    let mut child = Other::without_privileges("read only", &folder.0);
    child.go();
    assert_eq!(child.end(), "[true, true, true, true] Some(\"1\") Ok(Applied)");
}
