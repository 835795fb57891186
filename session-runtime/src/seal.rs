//! Sealed tokens: a session that the browser keeps, in a text that nobody without the key can make or change.
//!
//! Two formats, [`signed`] and [`encrypted`]. Both are bound to a [`Scope`] and to a deadline, and both give one answer to
//! whatever is not a valid token of that scope (S60). Neither compresses: a length must not tell what is inside (T19).

#[cfg(feature = "encrypted-cookie")]
mod encrypted;
#[cfg(feature = "encrypted-cookie")]
mod envelope;
#[cfg(all(unix, feature = "_fuzzing"))]
pub(crate) mod fuzzing;
#[cfg(feature = "encrypted-cookie")]
mod packed;
#[cfg(feature = "signed-cookie")]
mod signed;
#[cfg(feature = "encrypted-cookie")]
mod vault;

use std::fmt;
#[cfg(feature = "_keys")]
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::rules::MAX_LIFETIME_SECONDS;
#[cfg(feature = "_keys")]
use crate::keys::KeyRing;
use crate::record::{Meta, Record};
#[cfg(feature = "_keys")]
use crate::token::Entropy;
use crate::token::NoEntropy;

#[cfg(feature = "encrypted-cookie")]
pub(crate) use vault::Vault;

/// The longest text that is looked at, in bytes: no browser keeps a longer cookie (RFC 6265bis §5.6; S37, T20).
pub(crate) const MAX_TEXT: usize = 4096;

/// How far the clocks of two servers may be apart. What was sealed later than that from now is refused (S55).
pub(crate) const LEEWAY: Duration = Duration::from_secs(60);

/// What a sealed token is bound to. A token of one scope is nothing in any other (S56, T13).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// The application: two that share a key do not share sessions.
    pub(crate) application: &'a str,
    /// The cookie's name.
    pub(crate) cookie: &'a str,
    /// The cookie's path.
    pub(crate) path: &'a str,
    /// The session type.
    pub(crate) session: &'a str,
}

impl<'a> Scope<'a> {
    pub(crate) const fn parts(&self) -> [&'a str; 4] {
        [self.application, self.cookie, self.path, self.session]
    }
}

/// Seals records into tokens and opens them, under keys derived for one scope.
pub(crate) trait Sealer: Send + Sync {
    /// The token that carries a record. `id` is the session's id, by which a list of revoked sessions knows it.
    ///
    /// # Errors
    /// When there are no random bits.
    fn seal(&self, id: &[u8; 32], record: &Record) -> Result<String, NoEntropy>;

    /// What a token carries, or why it is not to be used. Only the log learns why: to who presented it there is one answer,
    /// and [`open`](Self::open) has no other (S60).
    fn examine(&self, text: &[u8], now: Timestamp) -> Result<Opened, Shut>;

    /// What a token carries. `None`: not ours, altered, for another scope, under an unknown key, not yet or no longer valid.
    #[cfg(any(test, feature = "_fuzzing"))]
    fn open(&self, text: &[u8], now: Timestamp) -> Option<Opened> {
        self.examine(text, now).ok()
    }

    /// Whether the text could be a token at all: length and alphabet. Nothing is decoded, no key used (T20).
    fn could_be(&self, text: &[u8]) -> bool;
}

/// What a token carried.
pub(crate) struct Opened {
    /// The session's id.
    pub(crate) id: [u8; 32],
    /// The session. The name of its last write is not carried.
    pub(crate) record: Record,
    /// Whether it was sealed under another key than the one that writes (S59).
    pub(crate) stale: bool,
}

/// Why a token is not to be used.
#[derive(Debug)]
pub(crate) enum Shut {
    /// Not ours, altered, for another scope, or under an unknown key.
    Forged,
    /// Ours, and not valid now.
    Over(Box<Opened>),
}

impl Opened {
    /// Itself, if it is valid now.
    #[cfg(feature = "_keys")]
    fn if_valid(self, is_valid: bool) -> Result<Self, Shut> {
        if is_valid { Ok(self) } else { Err(Shut::Over(Box::new(self))) }
    }
}

impl fmt::Debug for Opened {
    /// Without the id (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("record", &self.record)
            .field("stale", &self.stale)
            .finish_non_exhaustive()
    }
}

/// A sealer of tokens that the client can read and not alter: JWT, HS256.
#[cfg(feature = "signed-cookie")]
pub(crate) fn signed(keys: &KeyRing, scope: &Scope<'_>, _entropy: Arc<dyn Entropy>) -> Box<dyn Sealer> {
    Box::new(signed::Signed::new(keys, scope))
}

/// A sealer of tokens that only the server can read: XChaCha20-Poly1305.
#[cfg(feature = "encrypted-cookie")]
pub(crate) fn encrypted(keys: &KeyRing, scope: &Scope<'_>, entropy: Arc<dyn Entropy>) -> Box<dyn Sealer> {
    Box::new(encrypted::Encrypted::new(keys, scope, entropy))
}

/// Whether a session with this metadata is alive (S55).
///
/// What begins in the future, or ends later than any session may, was made by a clock that is wrong, or is ours: nobody can
/// say when it ends, so it has ended (T35).
fn is_alive(meta: &Meta, now: Timestamp) -> bool {
    const LONGEST: Duration = Duration::from_secs(MAX_LIFETIME_SECONDS);
    let (begun, deadline) = (now.after(LEEWAY), meta.deadline());
    meta.created <= begun && meta.last_seen <= begun && now < deadline && deadline <= begun.after(LONGEST)
}

/// Whether every character is one of base64url.
fn is_base64url(text: &[u8]) -> bool {
    text.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

#[cfg(test)]
#[cfg(all(feature = "signed-cookie", feature = "encrypted-cookie"))]
mod tests;
