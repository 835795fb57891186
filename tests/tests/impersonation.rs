//! An administrator acts as another user, and comes back, alike on every store.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "impersonation/world.rs"]
mod world;

#[path = "impersonation/ending.rs"]
mod ending;
#[path = "impersonation/handlers.rs"]
mod handlers;
#[path = "impersonation/limits.rs"]
mod limits;
#[path = "impersonation/migrating.rs"]
mod migrating;
#[path = "impersonation/observing.rs"]
mod observing;
#[path = "impersonation/owning.rs"]
mod owning;
#[path = "impersonation/racing.rs"]
mod racing;
#[path = "impersonation/story.rs"]
mod story;
