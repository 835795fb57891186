//! The cookie that carries the session's id: what it may be called, how it is read, how it is written.

pub(crate) mod config;
#[cfg(all(unix, feature = "_fuzzing"))]
pub(crate) mod fuzzing;
pub(crate) mod read;
#[allow(
    unreachable_pub,
    dead_code,
    reason = "the macro crate shares this file, and uses what is unused here"
)]
pub(crate) mod rules;
pub(crate) mod write;

#[cfg(test)]
mod tests;
