//! A store that lets others go first, before and after each call.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};

/// Around another store.
#[derive(Clone)]
pub(crate) struct Yielding<T>(pub(crate) T);

/// Not ready once, and then it is.
pub(crate) async fn once() {
    let mut waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn between<R>(work: impl Future<Output = R>) -> R {
    once().await;
    let outcome = work.await;
    once().await;
    outcome
}

impl<T: Store> Store for Yielding<T> {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        between(self.0.load(key)).await
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        between(self.0.create(key, record)).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        between(self.0.update(key, changes)).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        between(self.0.rotate(old, new, changes, tombstone)).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        between(self.0.touch(key, seen)).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        between(self.0.delete(key, tombstone)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        between(self.0.sweep(now)).await
    }
}
