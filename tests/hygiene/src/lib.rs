//! Nothing is taken from the user's names: there is no prelude, every name that generated code could mean means something
//! else, and the runtime is called otherwise. Compiled in editions 2021 (`tests/hygiene-2021`) and 2024.

#![no_implicit_prelude]
#![deny(warnings)]

// before the shadows, so that its `assert_eq` is the ordinary one
#[cfg(test)]
mod tests;

#[macro_use]
mod shadows;

pub mod handlers;
pub mod primitives;
pub mod sessions;

// crates that generated code could mean
mod alloc {}
mod core {}
mod renamed_runtime {}
mod serde {}
mod session_runtime {}
mod std {}
