//! Mistakes: how one is told, how all of them are collected, and the one door through which they leave.

mod code;
mod errors;
mod mistake;
mod nearest;
mod output;

pub(crate) use code::code;
pub(crate) use errors::Errors;
pub(crate) use mistake::Mistake;
pub(crate) use nearest::nearest;
pub(crate) use output::Output;
