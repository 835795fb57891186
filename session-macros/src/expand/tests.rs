//! What comes out, piece by piece; that it compiles is tested from outside.

mod handler;
mod session;
mod shape;
