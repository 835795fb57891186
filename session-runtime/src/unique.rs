//! Numbers that do not repeat, for names that need not be secret.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// A number that differs between processes: the standard library's hash seed comes from the operating system.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
