//! JSON Web Tokens (RFC 7515, RFC 7519) with HS256, and no other algorithm.
//!
//! The signed cookie of a session is one. This module is for the tokens of other software: [`interop`].

pub(crate) mod compact;
pub mod interop;
