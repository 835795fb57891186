//! Sixty-four requests that change one field at once, by each policy: what every one of them did is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::yield_now;

use super::races::at_once;
use crate::field::SessionField;
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, key, read, record};
use crate::store::{Record, Store, Updated};

/// Requests of a crowd.
const REQUESTS: u64 = 64;

/// What the `n`-th request does to what it loaded.
type Change = fn(Write, &Arc<Record>, u64) -> Write;

/// What becomes of the field `f` of a record in which it was `loaded`.
async fn crowd<S: Store, T: SessionField>(store: Subject<S>, loaded: &str, change: Change) -> T {
    let store = Arc::new(store);
    store.created(&key(1), record(&[("f", loaded)])).await;
    at_once(&store, REQUESTS, |store, n| async move {
        let loaded = store.record(&key(1)).await;
        yield_now().await; // the handler runs
        let changes = change(Write::after(&loaded), &loaded, n).build();
        assert_eq!(store.commit(&key(1), &changes).await, Updated::Applied);
    })
    .await;
    read(&store.record(&key(1)).await, "f")
}

/// The greatest of all.
pub async fn t34_the_greatest_of_a_crowd_stands<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let best: Change = |w, loaded, n| w.max("f", &read::<u64>(loaded, "f").max(n + 1));
    assert_eq!(crowd::<_, u64>(store, "0", best).await, REQUESTS);
}

/// The least of all.
pub async fn t34_the_least_of_a_crowd_stands<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let least: Change = |w, loaded, n| w.min("f", &read::<u64>(loaded, "f").min(n + 1));
    assert_eq!(crowd::<_, u64>(store, "1000", least).await, 1);
}

/// Each adds one element, and takes one away.
pub async fn t34_what_a_crowd_adds_and_removes_is_added_and_removed<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let all: Vec<u64> = (0..REQUESTS).collect();
    let exchange: Change = |w, loaded, n| {
        let mut set: BTreeSet<u64> = read(loaded, "f");
        set.remove(&n);
        set.insert(1000 + n);
        w.union("f", &set)
    };
    let text = format!("{all:?}");
    let expected: BTreeSet<u64> = (1000..1000 + REQUESTS).collect();
    assert_eq!(crowd::<_, BTreeSet<u64>>(store, &text, exchange).await, expected);
}

/// Each appends one element.
pub async fn t34_what_a_crowd_appends_is_all_there<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let append: Change = |w, loaded, n| {
        let mut list: Vec<u64> = read(loaded, "f");
        list.push(n);
        w.append("f", &list)
    };
    let mut list: Vec<u64> = crowd(store, "[]", append).await;
    list.sort_unstable();
    assert_eq!(list, (0..REQUESTS).collect::<Vec<_>>(), "each once");
}

/// A function of the user's that counts: it is handed what another request made of the value each time.
pub async fn t34_a_function_counts_a_crowd<S: Store>(store: Subject<S>) {
    if !store.merges() {
        return;
    }
    let count: Change = |w, loaded, _| {
        w.with("f", &(read::<u64>(loaded, "f") + 1), |base, theirs, ours| theirs + (ours - base))
    };
    assert_eq!(crowd::<_, u64>(store, "0", count).await, REQUESTS);
}
