//! Many tasks at once, on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use tokio::sync::Barrier;
use tokio::task::yield_now;

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, key, record, value};
use crate::store::{Created, Found, Key, Rotated, Store, Updated};

/// Tasks of a race.
const TASKS: u64 = 10;

/// Writes of each.
const WRITES: u64 = 20;

/// Repetitions of a race that is over after one operation of each task.
const ROUNDS: u64 = 20;

/// Runs `task` so many times at once, from one moment on, and returns what each answered.
pub(super) async fn at_once<S: Store, F, T>(
    store: &Arc<Subject<S>>,
    tasks: u64,
    task: impl Fn(Arc<Subject<S>>, u64) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::try_from(tasks).unwrap_or(1)));
    let running: Vec<_> = (0..tasks)
        .map(|n| {
            let (start, work) = (Arc::clone(&start), task(Arc::clone(store), n));
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.expect("the task finds what it expects"));
    }
    answers
}

/// Adds one to the record's count, as a request does.
async fn count<S: Store>(store: &Subject<S>, key: &Key) -> Option<Updated> {
    let Found::Record(loaded) = store.load(key).await else { return None };
    yield_now().await; // the handler runs
    Some(store.update(key, &Write::after(&loaded).add("n", 1).build()).await)
}

/// Writers until the session ends. No broken store makes them go on for ever.
#[derive(Default)]
struct Writers {
    /// The first of them has its answer.
    began: AtomicBool,
    /// The session has ended.
    over: AtomicBool,
}

impl Writers {
    /// Waits until there was a write.
    async fn began(&self) {
        while !self.began.load(SeqCst) {
            yield_now().await;
        }
    }

    /// Counts until the store refuses, and says how often. What begins after the end is refused.
    async fn count<S: Store>(&self, store: &Subject<S>, key: &Key) -> u64 {
        let mut applied = 0;
        loop {
            let too_late = self.over.load(SeqCst);
            let answer = count(store, key).await;
            self.began.store(true, SeqCst);
            if answer != Some(Updated::Applied) {
                return applied;
            }
            assert!(!too_late, "a write under a dead id was applied");
            applied += 1;
        }
    }
}

/// 200 of 200.
pub async fn t34_two_hundred_increments_all_count<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let store = Arc::new(store);
    store.created(&key(1), record(&[("n", "0")])).await;
    at_once(&store, TASKS, |store, _| async move {
        for _ in 0..WRITES {
            assert_eq!(count(&store, &key(1)).await, Some(Updated::Applied));
        }
    })
    .await;
    assert_eq!(value(&store.record(&key(1)).await, "n"), (TASKS * WRITES).to_string());
}

/// 200 of 200, each of them once.
pub async fn t34_two_hundred_items_are_all_appended<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let store = Arc::new(store);
    store.created(&key(1), record(&[("other", "1")])).await;
    at_once(&store, TASKS, |store, n| async move {
        for write in 0..WRITES {
            let loaded = store.record(&key(1)).await;
            yield_now().await; // the handler runs
            let changes = Write::after(&loaded).append_item("items", n * WRITES + write).build();
            assert_eq!(store.commit(&key(1), &changes).await, Updated::Applied);
        }
    })
    .await;
    let items = value(&store.record(&key(1)).await, "items");
    let items = items.trim_matches(['[', ']']).split(',').map(|item| item.parse::<u64>().expect("a number"));
    let mut items: Vec<_> = items.collect();
    items.sort_unstable();
    assert_eq!(items, (0..TASKS * WRITES).collect::<Vec<_>>());
}

/// A request writes its field, and no other.
pub async fn ten_fields_written_at_once_lose_nothing<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let store = Arc::new(store);
    store.created(&key(1), record(&[("other", "1")])).await;
    at_once(&store, TASKS, |store, n| async move {
        let field = format!("f{n}");
        for write in 1..=WRITES {
            let loaded = store.record(&key(1)).await;
            let changes = Write::after(&loaded).put(&field, &write.to_string()).build();
            assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
            assert_eq!(value(&store.record(&key(1)).await, &field), write.to_string());
        }
    })
    .await;
    let found = fields(&store.record(&key(1)).await);
    assert_eq!(found.len(), 11);
    assert!((0..TASKS).all(|n| found[&format!("f{n}")] == WRITES.to_string()));
}

/// The record that is found is the one whose creator was told so.
pub async fn s69_of_many_creates_one_wins<S: Store>(store: Subject<S>) {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let key = key(round);
        let answers = at_once(&store, TASKS, |store, n| async move {
            store.create(&key, &record(&[("n", &n.to_string())])).await
        })
        .await;
        let mut winners = (0..).zip(&answers).filter(|(_, answer)| **answer == Created::Created);
        let (winner, _): (u64, _) = winners.next().expect("one is created");
        assert_eq!(winners.next(), None, "only one");
        assert_eq!(value(&store.record(&key).await, "n"), winner.to_string());
    }
}

/// One new id, and no third one.
pub async fn s69_of_many_rotations_one_wins<S: Store>(store: Subject<S>) {
    let store = Arc::new(store);
    let new = |round: u64, n: u64| key(1000 * (round + 1) + n);
    for round in 0..ROUNDS {
        let old = key(round);
        let loaded = store.created(&old, record(&[("a", "1")])).await;
        let answers = at_once(&store, TASKS, |store, n| {
            let changes = Write::after(&loaded).put("by", &n.to_string()).build();
            async move { store.rotate(&old, &new(round, n), &changes, at(120)).await }
        })
        .await;
        let winners = answers.iter().filter(|answer| **answer == Rotated::Rotated).count();
        assert_eq!(winners, 1, "{answers:?}");
        for (n, answer) in (0..).zip(answers) {
            if answer == Rotated::Rotated {
                assert_eq!(value(&store.record(&new(round, n)).await, "by"), n.to_string());
            } else {
                assert_eq!(answer, Rotated::Gone);
                assert!(store.is_free(&new(round, n)).await);
            }
        }
        store.expect_dead(&old, at(120)).await;
    }
}

/// A write is in the record that moved, or was refused.
pub async fn s69_a_rotation_amid_writes_loses_nothing_that_was_applied<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let (old, new) = (key(round), key(1000 + round));
        store.created(&old, record(&[("n", "0")])).await;
        let writers = Arc::new(Writers::default());
        let applied = at_once(&store, TASKS, |store, n| {
            let writers = Arc::clone(&writers);
            async move {
                if n > 0 {
                    return writers.count(&store, &old).await;
                }
                writers.began().await;
                let changes = Write::after(&store.record(&old).await).build();
                let answer = store.rotate(&old, &new, &changes, at(120)).await;
                assert_eq!(answer, Rotated::Rotated);
                writers.over.store(true, SeqCst);
                0
            }
        })
        .await;
        let applied: u64 = applied.into_iter().sum();
        assert_eq!(value(&store.record(&new).await, "n"), applied.to_string());
        store.expect_dead(&old, at(120)).await;
    }
}

/// At no moment do both keys reach a record, or neither.
pub async fn s69_a_rotation_is_seen_as_one_step<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    let store = Arc::new(store);
    store.created(&key(0), record(&[("a", "1")])).await;
    let rotations = Arc::new(AtomicU64::new(0));
    at_once(&store, 4, |store, n| {
        let rotations = Arc::clone(&rotations);
        async move {
            for step in 0..ROUNDS {
                let (old, new) = (key(step), key(step + 1));
                if n == 0 {
                    let changes = Write::after(&store.record(&old).await).build();
                    assert_eq!(store.rotate(&old, &new, &changes, at(120)).await, Rotated::Rotated);
                    rotations.fetch_add(1, SeqCst);
                    // the others see this step before the next
                    yield_now().await;
                    continue;
                }
                loop {
                    let is_done = rotations.load(SeqCst) > step;
                    if !store.is_live(&old).await {
                        break;
                    }
                    assert!(!is_done, "the old one is dead when the store says so");
                    yield_now().await;
                }
                // another step may have followed, and then it is dead in its turn
                assert!(!store.is_free(&new).await, "once the old one is dead, the new one is there");
                assert!(!store.is_live(&old).await, "and the old one stays dead");
            }
        }
    })
    .await;
}

/// Whichever comes first, the session is over: the deletion finds the record under the old key, or follows where it went.
pub async fn s69_a_rotation_meets_a_deletion<S: Store>(store: Subject<S>) {
    if !store.has_tombstones() {
        return;
    }
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let (old, new) = (key(round), key(1000 + round));
        let loaded = store.created(&old, record(&[("a", "1")])).await;
        let answers = at_once(&store, 2, |store, n| {
            let changes = Write::after(&loaded).build();
            async move {
                if n == 0 {
                    store.delete(&old, at(120)).await;
                    None
                } else {
                    Some(store.rotate(&old, &new, &changes, at(120)).await)
                }
            }
        })
        .await;
        match answers[1] {
            Some(Rotated::Rotated) => assert_eq!(store.tombstone(&new).await, Some(at(120))),
            Some(Rotated::Gone) => assert!(store.is_free(&new).await),
            other => panic!("the rotation answered {other:?}"),
        }
        assert!(store.tombstone(&old).await.is_some());
    }
}

/// A logout beats whatever is being written.
pub async fn t3_a_deletion_amid_writes_leaves_no_record<S: Store>(store: Subject<S>) {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let key = key(round);
        store.created(&key, record(&[("n", "0")])).await;
        let writers = Arc::new(Writers::default());
        at_once(&store, TASKS, |store, n| {
            let writers = Arc::clone(&writers);
            async move {
                if n > 0 {
                    writers.count(&store, &key).await;
                    return;
                }
                writers.began().await;
                store.delete(&key, at(120)).await;
                writers.over.store(true, SeqCst);
                assert!(!store.is_live(&key).await);
            }
        })
        .await;
        store.expect_dead(&key, at(120)).await;
    }
}

/// The old record or the new one, never a part of each.
pub async fn t17_readers_see_whole_records<S: Store>(store: Subject<S>) {
    let store = Arc::new(store);
    // two fields of as many numbers of two digits as there is room for
    let times = store.room(8_100) / 4 - 25;
    let text = move |n: u64| format!("\"{}\"", n.to_string().repeat(times));
    let loaded = store.created(&key(1), record(&[("a", &text(0)), ("b", &text(0))])).await;
    at_once(&store, TASKS, |store, n| {
        let loaded = Arc::clone(&loaded);
        async move {
            for write in 0..WRITES {
                if n < 2 {
                    let text = text(n * WRITES + write);
                    let changes = Write::after(&loaded).put("a", &text).put("b", &text).build();
                    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
                } else {
                    let found = store.record(&key(1)).await;
                    assert!(value(&found, "a") == value(&found, "b") && !value(&found, "a").is_empty());
                }
            }
        }
    })
    .await;
}
