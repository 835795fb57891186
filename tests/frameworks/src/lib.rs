//! The application of the conformance suite, once with each framework.

// what fails here is a test that fails
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]
// of some frameworks, serving is no async function
#![allow(clippy::unused_async)]

pub mod actix;
pub mod axum;
pub mod hyper;
pub mod poem;
pub mod rocket;
pub mod salvo;
pub mod shared;
pub mod warp;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// So does that of the chapter on adapters.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/adapters.md")]
pub struct Adapters;
