//! Several keys at once, so that one can take the place of another without logging anybody out.

use std::fmt;

use super::{KeyError, SecretKey};

/// The keys of an application: the first writes, all read (S59).
///
/// What was sealed under another key than the first is read, and written anew under the first with the response. What names
/// a key that the ring does not have is nothing.
///
/// To change the key of several servers, one after the other and with nobody logged out:
///
/// 1. every server gets `KeyRing::new(old).and_read(new)`: it reads what comes next, and writes as before;
/// 2. every server gets `KeyRing::new(new).and_read(old)`;
/// 3. after the longest lifetime of a session, every server gets `KeyRing::new(new)`.
///
/// A key that somebody else has seen goes at once: `KeyRing::new(new)`. That logs everybody out.
///
/// ```
/// use session_runtime::{KeyRing, SecretKey};
///
/// let (old, new) = (SecretKey::generate()?, SecretKey::generate()?);
/// let keys = KeyRing::new(new).and_read(old)?;
/// # Ok::<(), session_runtime::KeyError>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    first: SecretKey,
    others: Vec<SecretKey>,
}

impl KeyRing {
    /// The ring whose only key is `key`.
    pub const fn new(key: SecretKey) -> Self {
        Self { first: key, others: Vec::new() }
    }

    /// Also reads what was sealed under `key`. However many there are, one is tried: tokens name theirs (T20, T40).
    ///
    /// # Errors
    /// When the ring has the key already: it was meant to be another.
    pub fn and_read(mut self, key: SecretKey) -> Result<Self, KeyError> {
        if self.iter().any(|other| other.id() == key.id()) {
            return Err(KeyError::Duplicate);
        }
        self.others.push(key);
        Ok(self)
    }

    /// The key that writes.
    pub(crate) const fn first(&self) -> &SecretKey {
        &self.first
    }

    /// The keys that only read.
    pub(crate) fn others(&self) -> impl Iterator<Item = &SecretKey> {
        self.others.iter()
    }

    /// All keys, the one that writes first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SecretKey> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl fmt::Debug for KeyRing {
    /// How many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({})", 1 + self.others.len())
    }
}
