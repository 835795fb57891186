//! One file of handlers, [`handlers.rs`](../src/shared/handlers.rs), compiled with each framework. What differs are the
//! routing lines: a macro that puts the framework's routing attribute below `#[with_session]`, or names the handler in its
//! router, and the lines that serve.

#![allow(clippy::duplicate_mod, reason = "that is what is tested")]

use session_runtime::{MemoryStore, Sessions, session};

pub mod actix;
pub mod axum;
pub mod poem;
pub mod rocket;
pub mod salvo;
pub mod warp;

/// What the handlers work with.
#[session(csrf)]
pub struct Shop {
    /// Two visits at once both count.
    #[session(merge = add)]
    pub visits: u32,
    /// Who is logged in.
    #[session(owner)]
    pub user: Option<String>,
}

fn sessions() -> Sessions<Shop> {
    Sessions::new(MemoryStore::new()).unwrap()
}
