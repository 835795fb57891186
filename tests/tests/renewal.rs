//! An id is renewed: for a grace the old one reaches the same session, and all end with the same new one (S24, T32).
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "renewal/endings.rs"]
mod endings;
#[path = "renewal/failures.rs"]
mod failures;
#[path = "renewal/grace.rs"]
mod grace;
#[path = "renewal/parallel.rs"]
mod parallel;
#[path = "renewal/periodic.rs"]
mod periodic;
#[path = "renewal/races.rs"]
mod races;
#[path = "renewal/sealed.rs"]
mod sealed;
#[path = "renewal/secrecy.rs"]
mod secrecy;
#[path = "renewal/world.rs"]
mod world;
