//! The sessions of one owner: listed, ended and counted, alike on every store.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "owners/world.rs"]
mod world;

#[path = "owners/limits.rs"]
mod limits;
#[path = "owners/listing.rs"]
mod listing;
#[path = "owners/migrating.rs"]
mod migrating;
#[path = "owners/observing.rs"]
mod observing;
#[path = "owners/processes.rs"]
mod processes;
#[path = "owners/promising.rs"]
mod promising;
#[path = "owners/racing.rs"]
mod racing;
#[path = "owners/renewing.rs"]
mod renewing;
#[path = "owners/resting.rs"]
mod resting;
#[path = "owners/revoking.rs"]
mod revoking;

/// Not a test: what the other processes run. Without a role there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child() {
    processes::serve_as_told().await;
}
