//! Guards: `require`, `fresh` and `or`. A handler runs only for those it is for, and nobody else gets anything of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "guards/world.rs"]
mod world;

#[path = "guards/background.rs"]
mod background;
#[path = "guards/fresh.rs"]
mod fresh;
#[path = "guards/require.rs"]
mod require;
#[path = "guards/sealed.rs"]
mod sealed;
#[path = "guards/several.rs"]
mod several;
