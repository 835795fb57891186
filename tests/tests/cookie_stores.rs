//! Sessions that live in their cookie, signed or encrypted: what they promise like any other, and what they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "cookie_stores/world.rs"]
mod world;

#[path = "cookie_stores/ending.rs"]
mod ending;
#[path = "cookie_stores/overtaken.rs"]
mod overtaken;
#[path = "cookie_stores/refusing.rs"]
mod refusing;
#[path = "cookie_stores/using.rs"]
mod using;
