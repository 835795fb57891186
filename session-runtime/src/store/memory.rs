//! Records in the memory of this process.

mod hash;
mod map;
mod queue;
mod shard;
mod usage;

use std::fmt;
use std::sync::Arc;

use self::map::Map;
use self::usage::Size;
use super::{Created, Found, Rotated, Store, Touched, Updated};
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::record::Record;
use crate::token::Key;

/// Sessions that a store holds unless told otherwise.
const CAPACITY: usize = 1_000_000;

/// What they may take unless told otherwise.
const MAX_BYTES: usize = 1 << 30;

/// A [`Store`] in the memory of this process; a clone is the same store. A restart forgets all sessions.
///
/// It is bounded. When it is full it drops what has expired, and then the oldest sessions without an owner; never one
/// with an owner. If only those are left, no new session can be created ([`StoreError::Full`]). So a flood of anonymous
/// visitors logs nobody out.
#[derive(Clone)]
pub struct MemoryStore(Arc<Map>);

impl MemoryStore {
    /// A store for a million sessions in a gibibyte. The memory is taken as it is needed.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A store with other bounds.
    pub fn builder() -> MemoryStoreBuilder {
        MemoryStoreBuilder { capacity: CAPACITY, max_bytes: MAX_BYTES }
    }

    /// How many sessions there are, those included that have expired and are not yet swept.
    pub fn len(&self) -> usize {
        self.0.records()
    }

    /// Whether there is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets every session, and every id that is remembered as dead.
    pub fn clear_all(&self) {
        self.0.clear();
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    /// The bounds only: what is kept is nobody's business (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { entries, bytes } = self.0.limit();
        f.debug_struct("MemoryStore")
            .field("capacity", &entries)
            .field("max_bytes", &bytes)
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(self.0.load(key))
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        self.0.create(key, &record)
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.0.update(key, changes)
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.0.rotate(old, new, changes, tombstone)
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        Ok(self.0.touch(key, seen))
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.0.delete(key, tombstone);
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        Ok(self.0.sweep(now))
    }
}

/// Sets the bounds of a [`MemoryStore`].
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is stored until `build` is called"]
pub struct MemoryStoreBuilder {
    capacity: usize,
    max_bytes: usize,
}

impl MemoryStoreBuilder {
    /// How many sessions there may be, together with the ids that are remembered as dead for a short while. A million
    /// unless set.
    pub const fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// How much memory they may take, the store's own tables included, as far as it can be estimated. One gibibyte unless
    /// set.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The store, empty.
    pub fn build(self) -> MemoryStore {
        MemoryStore(Arc::new(Map::up_to(Size { entries: self.capacity, bytes: self.max_bytes })))
    }
}

#[cfg(test)]
mod tests;
