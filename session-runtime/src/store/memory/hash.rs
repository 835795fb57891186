//! The hash of a key that is a hash already.

use std::hash::{BuildHasherDefault, Hasher};

/// Takes the first eight bytes of a [`Key`](crate::token::Key) as they are.
///
/// A table with a predictable hasher can be slowed down by whoever chooses its keys. Here nobody does: a stored key is the
/// SHA-256 of 256 bits that this process drew at random. A visitor may present any id, but one that is not stored is only
/// looked up, and adds nothing to any chain.
#[derive(Default)]
pub(super) struct FirstBytes(u64);

pub(super) type ByKey = BuildHasherDefault<FirstBytes>;

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length that precedes the bytes of an array is the same for every key.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
