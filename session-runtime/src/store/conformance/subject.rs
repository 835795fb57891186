//! The store under test, with what the suite must know about it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::store::{Changes, Created, Found, Key, Record, Rotated, Store, Touched, Updated};

type Dump = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

/// A store under test: empty, and used by one test alone.
///
/// Its methods are those of the store, and panic when it does not answer.
pub struct Subject<S> {
    store: S,
    dump: Option<Dump>,
    sweeps_itself: bool,
    held: Vec<Box<dyn Any + Send + Sync>>,
}

impl<S: Store> Subject<S> {
    /// `store`, which keeps the whole contract.
    pub fn new(store: S) -> Self {
        Self { store, dump: None, sweeps_itself: false, held: Vec::new() }
    }

    /// Offers every byte that the store keeps, so that the suite can look for ids among them (S10).
    #[must_use]
    pub fn with_dump(mut self, dump: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        self.dump = Some(Box::new(dump));
        self
    }

    /// What is over is removed by the store's server at a time of its own: [`Store::sweep`] may find nothing to do.
    #[must_use]
    pub fn sweeps_itself(mut self) -> Self {
        self.sweeps_itself = true;
        self
    }

    /// Holds something for as long as the test runs: a temporary folder, a server.
    #[must_use]
    pub fn holding(mut self, held: impl Any + Send + Sync) -> Self {
        self.held.push(Box::new(held));
        self
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    pub(super) fn dumped(&self) -> Option<Vec<u8>> {
        self.dump.as_ref().map(|dump| dump())
    }

    pub(super) const fn is_swept_by_calls(&self) -> bool {
        !self.sweeps_itself
    }

    /// [`Store::load`].
    pub async fn load(&self, key: &Key) -> Found {
        self.store.load(key).await.expect("`load` answers")
    }

    /// [`Store::create`].
    pub async fn create(&self, key: &Key, record: &Arc<Record>) -> Created {
        self.store.create(key, Arc::clone(record)).await.expect("`create` answers")
    }

    /// [`Store::update`].
    pub async fn update(&self, key: &Key, changes: &Changes) -> Updated {
        self.store.update(key, changes).await.expect("`update` answers")
    }

    /// [`Store::rotate`].
    pub async fn rotate(&self, old: &Key, new: &Key, changes: &Changes, tombstone: Timestamp) -> Rotated {
        self.store.rotate(old, new, changes, tombstone).await.expect("`rotate` answers")
    }

    /// [`Store::touch`].
    pub async fn touch(&self, key: &Key, seen: Timestamp) -> Touched {
        self.store.touch(key, seen).await.expect("`touch` answers")
    }

    /// [`Store::delete`].
    pub async fn delete(&self, key: &Key, tombstone: Timestamp) {
        self.store.delete(key, tombstone).await.expect("`delete` answers");
    }

    /// [`Store::sweep`].
    pub async fn sweep(&self, now: Timestamp) -> usize {
        self.store.sweep(now).await.expect("`sweep` answers")
    }

    /// Creates the record, where nothing is yet, and returns it.
    pub async fn created(&self, key: &Key, record: Arc<Record>) -> Arc<Record> {
        assert_eq!(self.create(key, &record).await, Created::Created);
        record
    }

    /// The record under `key`, which must be there.
    pub async fn record(&self, key: &Key) -> Arc<Record> {
        match self.load(key).await {
            Found::Record(record) => record,
            other => panic!("a record was expected, not {other:?}"),
        }
    }

    /// Whether there is a record under `key`.
    pub async fn is_live(&self, key: &Key) -> bool {
        matches!(self.load(key).await, Found::Record(_))
    }

    /// Whether there is nothing under `key`, not even a tombstone.
    pub async fn is_free(&self, key: &Key) -> bool {
        matches!(self.load(key).await, Found::Nothing)
    }

    /// Until when `key` is remembered as dead, if it is.
    pub async fn tombstone(&self, key: &Key) -> Option<Timestamp> {
        match self.load(key).await {
            Found::Tombstone(until) => Some(until),
            Found::Record(_) | Found::Nothing => None,
        }
    }
}

impl<S> fmt::Debug for Subject<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("sweeps_itself", &self.sweeps_itself).finish_non_exhaustive()
    }
}
