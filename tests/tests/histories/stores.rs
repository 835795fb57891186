//! Histories in memory, on files and on Redis.

use std::collections::BTreeMap;
use std::ops::Range;

use session_runtime::store::{Durability, Store};
use session_runtime::{FileStore, MemoryStore, RedisStore};
use session_tests::Folder;
use session_tests::redis::{prefix, shared};

use crate::generate::{ACTING, history, shortened};
use crate::run::World;

const STEPS: usize = 40;

/// Runs the histories of these seeds, and says what they met.
async fn run<T: Store + Clone>(seeds: Range<u64>, store: impl Fn() -> T) -> BTreeMap<String, u32> {
    let mut met = BTreeMap::new();
    for seed in seeds {
        let steps = history(seed, STEPS);
        // every other one has ids that are renewed by themselves
        let new = || World::new(store(), seed.is_multiple_of(2));
        let mut world = new();
        if let Err(why) = world.run(&steps).await {
            let fails = async |steps: &[_]| new().run(steps).await.is_err();
            let short = shortened(steps, fails).await;
            let short_why = new().run(&short).await;
            panic!("seed {seed}: {why}\nshorter: {short_why:?}\n{short:#?}");
        }
        for (what, times) in world.met {
            *met.entry(what).or_default() += times;
        }
    }
    met
}

/// What the histories in memory must meet at least, each so often.
const MEETS: [(&str, u32); 17] = [
    ("found a dead one", 50),
    ("found none", 500),
    ("found one by an old id", 30),
    ("renewed an id", 150),
    ("followed a renewal", 30),
    ("proved true", 15),
    ("proved false", 30),
    ("found one", 2_000),
    ("a cookie came", 500),
    ("a cookie went", 50),
    ("answered with 404", 100),
    ("answered with 409", 100),
    ("answered with 500", 100),
    ("saved Err(Some(Gone))", 5),
    ("took Gone", 4),
    ("took Misused", 4),
    ("took something", 50),
];

#[tokio::test]
async fn s69_t34_histories_in_memory_are_those_of_the_model() {
    let met = run(0..1000, MemoryStore::new).await;
    for (what, times) in MEETS {
        assert!(met.get(what).is_some_and(|met| *met >= times), "{what}: {met:#?}");
    }
}

/// What histories about impersonation must meet.
const MEETS_ACTING: [(&str, u32); 11] = [
    ("impersonated Done", 250),
    ("impersonated Cannot(NotLoggedIn)", 100),
    ("impersonated Cannot(AlreadyImpersonating)", 60),
    ("impersonated Cannot(SameUser)", 35),
    ("impersonated Refused(Gone)", 30),
    ("returned Done", 40),
    ("returned Cannot(NotImpersonating)", 150),
    ("returned Refused(Gone)", 20),
    ("followed a renewal", 10),
    ("found a dead one", 100),
    ("answered with 409", 80),
];

#[tokio::test]
async fn s69_t30_t34_histories_of_impersonations_are_those_of_the_model() {
    let met = run(ACTING..ACTING + 800, MemoryStore::new).await;
    for (what, times) in MEETS_ACTING {
        assert!(met.get(what).is_some_and(|met| *met >= times), "{what}: {met:#?}");
    }
}

#[tokio::test]
async fn s69_t34_histories_on_files_are_those_of_the_model() {
    let folder = Folder::new();
    let open = || FileStore::builder(&folder.0).durability(Durability::Process).open().unwrap();
    run(1000..1150, open).await;
    run(ACTING + 1000..ACTING + 1075, open).await;
}

#[tokio::test]
async fn s69_t34_histories_in_redis_are_those_of_the_model() {
    let store = RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap();
    run(2000..2150, || store.clone()).await;
    run(ACTING + 2000..ACTING + 2075, || store.clone()).await;
}
