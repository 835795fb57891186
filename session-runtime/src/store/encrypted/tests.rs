//! The whole contract on an encrypted store, and what somebody who has the inner one can and cannot do.

use std::sync::Arc;

use super::EncryptedStore;
use crate::keys::{KeyRing, SecretKey};
use crate::store::conformance::kit::{ABSOLUTE, Write, at, fields, key, meta, record};
use crate::store::conformance::{Subject, tests};
use crate::store::{Created, Found, MemoryStore, Record, Store as _, Touched, Updated};

fn keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

mod over_memory {
    use super::*;

    tests!(async || Subject::new(EncryptedStore::new(MemoryStore::new(), &keys())));
}

/// The inner store, and two encrypting ones over it, as two processes have them.
fn two(keys: &KeyRing) -> (MemoryStore, EncryptedStore<MemoryStore>, EncryptedStore<MemoryStore>) {
    let inner = MemoryStore::new();
    (inner.clone(), EncryptedStore::new(inner.clone(), keys), EncryptedStore::new(inner, keys))
}

fn owned() -> Arc<Record> {
    let mut meta = meta();
    meta.owner = Some("\"canary-owner\"".into());
    Arc::new(Record::new(meta, [("canary-field", "\"canary-value\"")].into_iter().collect()))
}

async fn kept(store: &MemoryStore, n: u64) -> Arc<Record> {
    match store.load(&key(n)).await.unwrap() {
        Found::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s61_nothing_of_a_session_is_readable_in_the_inner_store() {
    let (inner, store, _) = two(&keys());
    store.create(&key(1), owned()).await.unwrap();
    let write = Write::after(&owned()).put("canary-field", "\"canary-again\"").build();
    assert_eq!(store.update(&key(1), &write).await.unwrap(), Updated::Applied);
    let kept = kept(&inner, 1).await;
    let text = format!("{:?} {:?}", fields(&*kept), kept.meta().owner);
    assert!(!text.contains("canary"), "{text}");
    assert!(kept.meta().owner.is_some(), "the inner store still knows that there is one");
}

#[tokio::test]
async fn s61_t18_a_record_opens_under_its_own_key_only() {
    let (inner, store, _) = two(&keys());
    store.create(&key(1), owned()).await.unwrap();
    let theirs = kept(&inner, 1).await;
    assert_eq!(inner.create(&key(2), theirs).await.unwrap(), Created::Created);
    assert!(matches!(store.load(&key(2)).await.unwrap(), Found::Nothing));
    let write = Write::blind().put("n", "1").build();
    assert_eq!(store.update(&key(2), &write).await.unwrap(), Updated::Gone);
    assert!(matches!(store.load(&key(1)).await.unwrap(), Found::Record(_)));
}

#[tokio::test]
async fn t18_what_was_not_sealed_is_not_read() {
    let (inner, store, _) = two(&keys());
    let planted = [
        record(&[("n", "1")]),
        record(&[("sealed", "\"\"")]),
        record(&[("sealed", "7")]),
        record(&[("sealed", "\"eyJuIjoxfQ\"")]),
        record(&[("sealed", "\"not base64!\"")]),
    ];
    for (n, planted) in (10..).zip(planted) {
        inner.create(&key(n), planted).await.unwrap();
        assert!(matches!(store.load(&key(n)).await.unwrap(), Found::Nothing));
    }
}

#[tokio::test]
async fn t18_every_bit_of_what_is_sealed_counts() {
    let (inner, store, _) = two(&keys());
    store.create(&key(1), owned()).await.unwrap();
    let sealed = fields(&*kept(&inner, 1).await)["sealed"].clone();
    for (n, at) in (100..).zip(1..sealed.len() - 1) {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        let altered = Record::new(meta(), [("sealed", altered)].into_iter().collect());
        // where the record would be, were it not altered
        inner.clear_all();
        inner.create(&key(1), Arc::new(altered)).await.unwrap();
        assert!(matches!(store.load(&key(1)).await.unwrap(), Found::Nothing), "{at} {n}");
    }
}

#[tokio::test]
async fn s21_a_deadline_that_somebody_moved_in_the_inner_store_counts_for_nothing() {
    let (inner, store, _) = two(&keys());
    store.create(&key(1), owned()).await.unwrap();
    let later = Write::after(&kept(&inner, 1).await).expires(at(0).after(ABSOLUTE * 9)).build();
    assert_eq!(inner.update(&key(1), &later).await.unwrap(), Updated::Applied);
    let Found::Record(read) = store.load(&key(1)).await.unwrap() else { panic!("it is there") };
    assert_eq!(read.meta().expires, at(0).after(ABSOLUTE));
    assert_eq!(read.meta().owner.as_deref(), Some("\"canary-owner\""));
    // activity is the inner store's to keep
    assert_eq!(store.touch(&key(1), at(60)).await.unwrap(), Touched::Touched);
    let Found::Record(read) = store.load(&key(1)).await.unwrap() else { panic!("it is there") };
    assert_eq!(read.meta().last_seen, at(60));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t34_writers_of_two_processes_lose_nothing() {
    let (_, one, other) = two(&keys());
    let loaded = record(&[("n", "0")]);
    one.create(&key(1), Arc::clone(&loaded)).await.unwrap();
    let stores = [Arc::new(one), Arc::new(other)];
    let writers = (0..200).map(|n| {
        let (store, loaded) = (Arc::clone(&stores[n % 2]), Arc::clone(&loaded));
        tokio::spawn(async move {
            store.update(&key(1), &Write::after(&loaded).add("n", 1).build()).await.unwrap()
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        assert_eq!(writer.await.unwrap(), Updated::Applied);
    }
    let Found::Record(read) = stores[0].load(&key(1)).await.unwrap() else { panic!("it is there") };
    assert_eq!(fields(&*read)["n"], "200");
}

#[tokio::test]
async fn s59_a_new_key_writes_and_the_old_one_still_reads() {
    let (old, new) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let inner = MemoryStore::new();
    let before = EncryptedStore::new(inner.clone(), &KeyRing::new(old.clone()));
    let both = EncryptedStore::new(inner.clone(), &KeyRing::new(new.clone()).and_read(old).unwrap());
    let after = EncryptedStore::new(inner, &KeyRing::new(new));
    before.create(&key(1), owned()).await.unwrap();
    assert!(matches!(after.load(&key(1)).await.unwrap(), Found::Nothing), "S54: an unknown key");
    let write = Write::after(&owned()).put("n", "1").build();
    assert_eq!(both.update(&key(1), &write).await.unwrap(), Updated::Applied);
    assert!(matches!(after.load(&key(1)).await.unwrap(), Found::Record(_)));
}

#[test]
fn t22_debug_shows_no_key() {
    let text = format!("{:?}", EncryptedStore::new(MemoryStore::new(), &keys()));
    assert!(text.starts_with("EncryptedStore { inner: MemoryStore"), "{text}");
}
