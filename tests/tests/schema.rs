//! A session type that changes between two versions of an application, which run side by side for a while (T42, S71).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "schema/background.rs"]
mod background;
#[path = "schema/code.rs"]
mod code;
#[path = "schema/failing.rs"]
mod failing;
#[path = "schema/meeting.rs"]
mod meeting;
#[cfg(unix)]
#[path = "schema/programs.rs"]
mod programs;
#[path = "schema/reading.rs"]
mod reading;
#[path = "schema/refiled.rs"]
mod refiled;
#[path = "schema/renewing.rs"]
mod renewing;
#[path = "schema/stores.rs"]
mod stores;
#[path = "schema/world.rs"]
mod world;
