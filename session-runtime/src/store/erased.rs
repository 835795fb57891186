//! The store behind a pointer, so that no store type appears in a handler.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{Created, Found, Rotated, Store, Touched, Updated};
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::record::Record;
use crate::token::Key;

/// The answer of a store, on its way.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`], usable as `dyn`.
pub(crate) trait DynStore: Send + Sync {
    fn load<'a>(&'a self, key: &'a Key) -> Answer<'a, Found>;
    fn create<'a>(&'a self, key: &'a Key, record: Arc<Record>) -> Answer<'a, Created>;
    fn update<'a>(&'a self, key: &'a Key, changes: &'a Changes) -> Answer<'a, Updated>;
    fn rotate<'a>(
        &'a self,
        old: &'a Key,
        new: &'a Key,
        changes: &'a Changes,
        tombstone: Timestamp,
    ) -> Answer<'a, Rotated>;
    fn touch<'a>(&'a self, key: &'a Key, seen: Timestamp) -> Answer<'a, Touched>;
    fn delete<'a>(&'a self, key: &'a Key, tombstone: Timestamp) -> Answer<'a, ()>;
    fn is_sharded(&self) -> bool;
    fn sweep(&self, now: Timestamp) -> Answer<'_, usize>;
}

impl<T: Store> DynStore for T {
    fn load<'a>(&'a self, key: &'a Key) -> Answer<'a, Found> {
        Box::pin(Store::load(self, key))
    }

    fn create<'a>(&'a self, key: &'a Key, record: Arc<Record>) -> Answer<'a, Created> {
        Box::pin(Store::create(self, key, record))
    }

    fn update<'a>(&'a self, key: &'a Key, changes: &'a Changes) -> Answer<'a, Updated> {
        Box::pin(Store::update(self, key, changes))
    }

    fn rotate<'a>(
        &'a self,
        old: &'a Key,
        new: &'a Key,
        changes: &'a Changes,
        tombstone: Timestamp,
    ) -> Answer<'a, Rotated> {
        Box::pin(Store::rotate(self, old, new, changes, tombstone))
    }

    fn touch<'a>(&'a self, key: &'a Key, seen: Timestamp) -> Answer<'a, Touched> {
        Box::pin(Store::touch(self, key, seen))
    }

    fn delete<'a>(&'a self, key: &'a Key, tombstone: Timestamp) -> Answer<'a, ()> {
        Box::pin(Store::delete(self, key, tombstone))
    }

    fn is_sharded(&self) -> bool {
        Store::is_sharded(self)
    }

    fn sweep(&self, now: Timestamp) -> Answer<'_, usize> {
        Box::pin(Store::sweep(self, now))
    }
}
