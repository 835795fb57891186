//! What `MicroPie`, Microdot, Emmett, weppy and `ProAPI` tell of their sessions, told again here: each story over a socket, with
//! a cookie jar, on memory, files, Redis, and a signed and an encrypted cookie.
//!
//! Where a story would end worse than it should (a copy that lives on after the logout, a write that is lost), it ends as it
//! should here; `tests/requirements.txt` says where the design differs on purpose.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "seed_stories/emmett.rs"]
mod emmett;
#[path = "seed_stories/microdot.rs"]
mod microdot;
#[path = "seed_stories/micropie.rs"]
mod micropie;
#[path = "seed_stories/proapi.rs"]
mod proapi;
#[path = "seed_stories/weppy.rs"]
mod weppy;
#[path = "seed_stories/world.rs"]
mod world;
