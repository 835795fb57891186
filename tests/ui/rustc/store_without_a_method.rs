use std::sync::Arc;

use session_runtime::clock::Timestamp;
use session_runtime::store::{Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated};

struct Mine;

impl Store for Mine {
    async fn load(&self, _: &Key) -> Result<Found, StoreError> {
        Ok(Found::Nothing)
    }

    async fn create(&self, _: &Key, _: Arc<Record>) -> Result<Created, StoreError> {
        Ok(Created::Exists)
    }

    async fn update(&self, _: &Key, _: &Changes) -> Result<Updated, StoreError> {
        Ok(Updated::Gone)
    }

    async fn rotate(&self, _: &Key, _: &Key, _: &Changes, _: Timestamp) -> Result<Rotated, StoreError> {
        Ok(Rotated::Gone)
    }

    async fn touch(&self, _: &Key, _: Timestamp) -> Result<Touched, StoreError> {
        Ok(Touched::Gone)
    }

    async fn sweep(&self, _: Timestamp) -> Result<usize, StoreError> {
        Ok(0)
    }
}

fn main() {}
