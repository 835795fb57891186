//! What a session is called in a log.

use std::fmt;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::token::{Entropy as _, Key, OsEntropy};

/// What a session is called where people and machines that must not have its id can read it (S63): 64 bits of a keyed hash.
///
/// It says of two events whether they are of one session. Without the key, nobody can tell which session that is, even
/// with the id or the whole store at hand. The key is new with each process, unless
/// [`log_key`](crate::SessionsBuilder::log_key) gives one, with which servers agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u64);

impl fmt::Display for Tag {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

/// What tags are made with.
#[derive(Clone, Default)]
pub(crate) struct LogKey(Option<[u8; 32]>);

/// A key that can be guessed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooShort;

impl LogKey {
    /// The shortest key, in bytes.
    pub(crate) const SHORTEST: usize = 32;

    /// A key that several servers have.
    pub(crate) fn shared(key: &[u8]) -> Result<Self, TooShort> {
        if key.len() < Self::SHORTEST {
            return Err(TooShort);
        }
        Ok(Self(Some(Sha256::new().chain_update("session log key").chain_update(key).finalize().into())))
    }

    /// The tag of a session. The hash is of two parts of fixed length, so nothing can be appended to what it is of.
    pub(super) fn tag(&self, key: &Key) -> Option<Tag> {
        let secret = self.0.as_ref().or_else(|| of_process())?;
        let hash: [u8; 32] =
            Sha256::new().chain_update(secret).chain_update(key.as_bytes()).finalize().into();
        hash.first_chunk().map(|bytes| Tag(u64::from_be_bytes(*bytes)))
    }
}

/// This process's own key; none if there are no random bits, as a tag under a key that is known would be worse than no tag.
fn of_process() -> Option<&'static [u8; 32]> {
    static KEY: OnceLock<Option<[u8; 32]>> = OnceLock::new();
    let random = || {
        let mut key = [0; 32];
        OsEntropy.fill(&mut key).ok().filter(|()| key != [0; 32]).map(|()| key)
    };
    KEY.get_or_init(random).as_ref()
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(..)")
    }
}
