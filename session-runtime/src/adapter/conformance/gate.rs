//! Where a handler waits until a behaviour lets it go on. Handlers may run in another runtime, so they meet by name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::Notify;

static GATES: LazyLock<Mutex<HashMap<String, Arc<Gate>>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
pub(super) struct Gate {
    arrived: Notify,
    opened: Notify,
    left: Notify,
}

pub(super) fn gate(name: &str) -> Arc<Gate> {
    let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(gates.entry(name.to_owned()).or_default())
}

/// Tells that the handler is gone, whether it went through the gate or not.
struct Leaving<'a>(&'a Gate);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}

impl Gate {
    /// What the handler does.
    pub(super) async fn pass(&self) {
        let _leaving = Leaving(self);
        self.arrived.notify_one();
        self.opened.notified().await;
    }

    /// Waits until a handler is at the gate.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Waits until the handler has gone on, or was dropped.
    pub(super) async fn left(&self) {
        self.left.notified().await;
    }

    /// Lets the handler go on.
    pub(super) fn open(&self) {
        self.opened.notify_one();
    }
}
