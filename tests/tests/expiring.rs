//! Fields whose values last for a time: codes, reservations, a privilege that ends by itself. Nothing here waits: the clock is
//! the test's.

#![allow(
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says so by failing"
)]

#[path = "expiring/ends.rs"]
mod ends;
#[path = "expiring/meets.rs"]
mod meets;
#[path = "expiring/privilege.rs"]
mod privilege;
#[path = "expiring/stores.rs"]
mod stores;
#[path = "expiring/world.rs"]
mod world;
