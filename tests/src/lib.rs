//! What the tests share: a client that sends any bytes, a cookie jar, a store that follows a script, and ears for the log.
//!
//! Everything here speaks to the crate from outside: over a socket, or through its public `Store` trait.

// what fails here is a test that fails
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

pub mod browser;
pub mod by_hand;
#[cfg(unix)]
pub mod deployed;
#[cfg(unix)]
pub mod folder;
pub mod gate;
pub mod in_process;
pub mod keys;
pub mod logs;
pub mod observed;
pub mod process;
#[cfg(unix)]
pub mod proxy;
#[cfg(unix)]
pub mod redis;
pub mod scripted;
pub mod server;
pub mod shop;
pub mod steps;
#[cfg(unix)]
pub mod stores;

pub use browser::Browser;
pub use by_hand::{ByHand, Handling};
#[cfg(unix)]
pub use folder::Folder;
pub use gate::Gate;
pub use in_process::call;
pub use keys::{index_of, key_of};
pub use scripted::{Moment, Op, ScriptedStore, Turn};
pub use server::{patiently, serve};
pub use session_runtime::adapter::conformance::wire::{self, Reply, Request};
pub use steps::{Actor, Point, Stepped, stop};
