//! HMAC-SHA256 (RFC 2104): everything here is authenticated or derived by it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a tag.
pub(crate) const TAG: usize = 32;

/// The block of SHA-256, which an HMAC key is brought to.
const BLOCK: usize = 64;

/// A key, as the state of the hash that it leads to. Overwritten when it is dropped; neither printed nor compared (S9).
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// The key of these bytes, however many.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => block[..TAG].copy_from_slice(&Sha256::digest(key)),
        }
        Self(Hmac::new((&*block).into()))
    }

    /// The tag of these parts, one after the other.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; TAG] {
        self.over(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the tag of these parts. Takes the same time wherever it differs (S9).
    #[cfg(any(test, feature = "signed-cookie", feature = "emmett"))]
    pub(crate) fn verify(&self, parts: &[&[u8]], tag: &[u8; TAG]) -> bool {
        #[cfg(test)]
        probe::TAG_CHECKS.with(|checks| checks.set(checks.get() + 1));
        self.over(parts).verify(tag.into()).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

/// Counts what a test wants to see not done.
#[cfg(test)]
#[allow(dead_code, reason = "the tests of each feature need a part of it")]
pub(crate) mod probe {
    use std::cell::Cell;

    thread_local! {
        /// Tags compared on this thread.
        pub(crate) static TAG_CHECKS: Cell<usize> = const { Cell::new(0) };
        /// Contents of tokens read on this thread.
        pub(crate) static READS: Cell<usize> = const { Cell::new(0) };
    }

    /// How many of both `work` does.
    pub(crate) fn count(work: impl FnOnce()) -> (usize, usize) {
        let before = (TAG_CHECKS.get(), READS.get());
        work();
        (TAG_CHECKS.get() - before.0, READS.get() - before.1)
    }
}

#[cfg(test)]
mod tests;
