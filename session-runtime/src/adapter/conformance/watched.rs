//! A store that says what it was asked, and can be told to fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::store::{Changes, Created, Found, Key, MemoryStore, Record, Rotated, Store, Touched, Updated};

/// An operation of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// `load`
    Load,
    /// `create`
    Create,
    /// `update`
    Update,
    /// `rotate`
    Rotate,
    /// `touch`
    Touch,
    /// `delete`
    Delete,
}

/// A store in memory, and its log. Clones share everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    store: MemoryStore,
    calls: Mutex<Vec<Op>>,
    fails_to_read: AtomicBool,
    fails_to_write: AtomicBool,
    written: Notify,
}

impl Watched {
    /// What it was asked since this was last called.
    pub(super) fn calls(&self) -> Vec<Op> {
        std::mem::take(&mut *self.log())
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.0.store.len()
    }

    /// From now on.
    pub(super) fn fails(&self, to_read: bool, to_write: bool) {
        self.0.fails_to_read.store(to_read, Ordering::SeqCst);
        self.0.fails_to_write.store(to_write, Ordering::SeqCst);
    }

    /// Waits for this call, which may have come already; it and what came before it are forgotten.
    pub(super) async fn called(&self, op: Op) {
        loop {
            let changed = self.0.written.notified();
            {
                let mut calls = self.log();
                if let Some(at) = calls.iter().position(|call| *call == op) {
                    calls.drain(..=at);
                    return;
                }
            }
            changed.await;
        }
    }

    fn log(&self) -> MutexGuard<'_, Vec<Op>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the store, and logs it when it is done.
    async fn ask<T>(
        &self,
        op: Op,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let fails = if op == Op::Load { &self.0.fails_to_read } else { &self.0.fails_to_write };
        let answer = if fails.load(Ordering::SeqCst) {
            Err(StoreError::unavailable("as ordered"))
        } else {
            asked.await
        };
        self.log().push(op);
        self.0.written.notify_one();
        answer
    }
}

impl Store for Watched {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        self.ask(Op::Load, self.0.store.load(key)).await
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        self.ask(Op::Create, self.0.store.create(key, record)).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.ask(Op::Update, self.0.store.update(key, changes)).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        dead: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.ask(Op::Rotate, self.0.store.rotate(old, new, changes, dead)).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.ask(Op::Touch, self.0.store.touch(key, seen)).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.ask(Op::Delete, self.0.store.delete(key, tombstone)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.0.store.sweep(now).await
    }
}
