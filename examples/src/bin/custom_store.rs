//! A store of one's own, whole: one lock around one map. Its tests are the conformance suite.
//!
//! ```text
//! cargo run -p examples --bin custom_store
//! ```

use std::collections::HashMap;
use std::collections::hash_map::Entry::Vacant;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{Router, routing::get};
use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use session_runtime::{Sessions, session, with_session};

// The store begins here.
#[derive(Default)]
struct MyStore(Mutex<HashMap<Key, Found>>);
type Answer<T> = Result<T, StoreError>;

impl MyStore {
    /// Each operation holds the lock from its look at what is there to its last write: that makes it one step.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Found>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MyStore {
    async fn load(&self, key: &Key) -> Answer<Found> {
        Ok(self.lock().get(key).cloned().unwrap_or(Found::Nothing))
    }
    async fn create(&self, key: &Key, record: Arc<Record>) -> Answer<Created> {
        let mut map = self.lock();
        let Vacant(place) = map.entry(*key) else { return Ok(Created::Exists) };
        place.insert(Found::Record(record));
        Ok(Created::Created)
    }
    async fn update(&self, key: &Key, changes: &Changes) -> Answer<Updated> {
        let mut map = self.lock();
        let Some(Found::Record(record)) = map.get_mut(key) else { return Ok(Updated::Gone) };
        match changes.apply(record) {
            Ok(next) => *record = Arc::new(next),
            Err(refusal) => return Ok(refusal.into()),
        }
        Ok(Updated::Applied)
    }
    async fn rotate(&self, old: &Key, new: &Key, changes: &Changes, dead: Timestamp) -> Answer<Rotated> {
        let mut map = self.lock();
        let Some(Found::Record(record)) = map.get(old).cloned() else { return Ok(Rotated::Gone) };
        let Vacant(place) = map.entry(*new) else { return Ok(Rotated::Exists) };
        match changes.apply(&record) {
            Ok(next) => drop(place.insert(Found::Record(Arc::new(next)))),
            Err(refusal) => return Ok(refusal.into()),
        }
        map.insert(*old, Found::Tombstone { until: dead, moved: Some(*new) });
        Ok(Rotated::Rotated)
    }
    async fn touch(&self, key: &Key, seen: Timestamp) -> Answer<Touched> {
        let mut map = self.lock();
        let Some(Found::Record(record)) = map.get_mut(key) else { return Ok(Touched::Gone) };
        let mut meta = record.meta().clone();
        meta.last_seen = meta.last_seen.max(seen);
        *record = Arc::new(Record::new(meta, record.fields().clone()));
        Ok(Touched::Touched)
    }
    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Answer<()> {
        let (mut map, mut key) = (self.lock(), *key);
        // a logout beats the rotations that came before it
        while let Some(Found::Tombstone { moved: Some(next), .. }) = map.get(&key) {
            key = *next;
        }
        if let Some(found @ Found::Record(_)) = map.get_mut(&key) {
            *found = Found::Tombstone { until: tombstone, moved: None };
        }
        Ok(())
    }
    async fn sweep(&self, now: Timestamp) -> Answer<usize> {
        let is_over = |found: &Found| match found {
            Found::Record(record) => record.meta().deadline() <= now,
            Found::Tombstone { until, .. } => *until <= now,
            Found::Nothing => true,
        };
        Ok(self.lock().extract_if(|_, found| is_over(found)).count())
    }
}
// The store ends here.

/// What is remembered of a browser.
#[session]
struct Counter {
    /// Pages seen.
    #[session(merge = add)]
    visits: u32,
}

#[with_session]
async fn count(session: &mut Counter) -> String {
    session.visits += 1;
    format!("You have visited {} times.", session.visits)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // plain http on loopback; behind https: `Sessions::new`
    let sessions = Sessions::<Counter>::development(MyStore::default())?;
    examples::serve(Router::new().route("/", get(count)).layer(sessions)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::MyStore;
    use session_runtime::store::conformance::{Subject, tests};

    tests!(async || Subject::new(MyStore::default()));
}
