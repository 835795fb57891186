//! Requests whose future is dropped, at every point where it can be (T41).
//!
//! Whatever the point, the store has the state from before the request or from after it, no lock stays, what a request must
//! not lose by going away is carried out without it, and the next request finds a session that works.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "cancellation/calls.rs"]
mod calls;
#[path = "cancellation/polls.rs"]
mod polls;
#[path = "cancellation/scenarios.rs"]
mod scenarios;
#[path = "cancellation/yielding.rs"]
mod yielding;
