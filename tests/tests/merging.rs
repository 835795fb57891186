//! Two requests that change one field at once: each merge policy does what it says, and nothing is lost unseen. The order
//! of each race is decided by gates, never by the clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "merging/functions.rs"]
mod functions;
#[path = "merging/policies.rs"]
mod policies;
#[path = "merging/requests.rs"]
mod requests;
#[path = "merging/world.rs"]
mod world;
