//! A point at which one task waits until another lets it pass.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::server::patiently;

/// A point that whoever comes by [`pass`](Self::pass)es, when it is [`open`](Self::open)ed once for each.
///
/// There is no clock in it: a test decides the order of two requests by opening their gates in that order.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    arrived: Semaphore,
    opened: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Inner { arrived: Semaphore::new(0), opened: Semaphore::new(0) }))
    }
}

impl Gate {
    /// Says that somebody is here, and waits until the gate is opened.
    pub async fn pass(&self) {
        self.0.arrived.add_permits(1);
        take(&self.0.opened).await;
    }

    /// Waits until somebody is at the gate.
    pub async fn reached(&self) {
        patiently("somebody at a gate", take(&self.0.arrived)).await;
    }

    /// Lets one pass, now or when they come.
    pub fn open(&self) {
        self.0.opened.add_permits(1);
    }
}

async fn take(permits: &Semaphore) {
    permits.acquire().await.expect("never closed").forget();
}
