//! What the fuzzers of this repository run (`cargo xtask fuzz`). Not part of the interface, and not built for users.
//!
//! Each function takes any bytes and panics if a promise about them is broken: that they are read without a panic, and what is
//! said of what was read. `fuzz/corpus` has inputs that reach far; they are also run as tests.

pub use crate::cookie::fuzzing::cookie;
pub use crate::emmett::fuzzing::emmett;
pub use crate::seal::fuzzing::sealed;
pub use crate::store::file::fuzzing::file;
pub use crate::store::redis::fuzzing::{redis_hash, redis_reply};

use crate::record::Record;

/// Fails unless both are one session.
#[track_caller]
pub(crate) fn assert_same(read: &Record, again: &Record) {
    assert!(read.meta() == again.meta(), "{:?} is not {:?}", again.meta(), read.meta());
    assert!(read.fields() == again.fields(), "{:?} is not {:?}", again.fields(), read.fields());
}

#[cfg(test)]
#[path = "fuzzing/tests.rs"]
mod tests;
