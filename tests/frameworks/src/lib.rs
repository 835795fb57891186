//! The application of the conformance suite, once with each framework.

// what fails here is a test that fails
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod actix;
pub mod axum;
pub mod poem;
pub mod rocket;
pub mod salvo;
pub mod shared;
pub mod warp;
