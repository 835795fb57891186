//! The session id: made here, kept by the browser, and known to a store only as a hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Random bits in an id, in bytes: 256 bits (S1; ASVS 7.2.3 asks for 128 bits).
const BYTES: usize = 32;

/// Characters of an id on the wire: unpadded base64url of 32 bytes.
pub(crate) const TEXT: usize = 43;

/// A session id: 256 random bits of the operating system (S1, S4).
///
/// Whoever has it has the session. So it is not printed, compared or serialised: `Debug` shows no byte of it, and there
/// is no `PartialEq` (S9, S34). A store never sees it, only its [`Key`](crate::store::Key).
///
/// S9: comparing ids byte by byte tells by its timing how much of a guess was right.
///
/// ```compile_fail,E0369
/// let id = session_runtime::Token::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
/// assert!(id == id);
/// ```
///
/// S1, T21: an id is made of random bits of the operating system; there is no way to make one of anything else.
///
/// ```compile_fail,E0277
/// let id: session_runtime::Token = 4_711_u128.into();
/// ```
#[derive(Clone)]
pub struct Token([u8; BYTES]);

impl Token {
    /// A new id.
    ///
    /// # Errors
    /// When the source fails, or returns only zeros: then there is no session rather than a weak one (S2).
    pub(crate) fn random(source: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; BYTES];
        source.fill(&mut bytes)?;
        if bytes == [0; BYTES] { Err(NoEntropy) } else { Ok(Self(bytes)) }
    }

    /// Reads the text of an id: exactly 43 characters of canonical base64url, and not all zero (S6, T6).
    ///
    /// This says that the text is well formed, not that such a session exists.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let text = text.as_ref();
        let mut bytes = [0; BYTES];
        if text.len() != TEXT {
            return None;
        }
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == BYTES && bytes != [0; BYTES]).then_some(Self(bytes))
    }

    /// An id of known bytes, for the keys of tests.
    #[cfg(feature = "conformance")]
    pub(crate) const fn of(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// The text of this id, as the cookie carries it.
    pub(crate) fn write(&self, out: &mut String) {
        URL_SAFE_NO_PAD.encode_string(self.0, out);
    }

    /// What a store knows this id by.
    pub(crate) fn key(&self, purpose: &Purpose) -> Key {
        // id and purpose are of fixed length, and together fit into one block of the hash
        Key(Sha256::new().chain_update(self.0).chain_update(purpose.0).finalize().into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What an id is for. Two cookies may share a store, and an id of the one is nothing to the other (S71).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose([u8; 16]);

impl Purpose {
    /// Ids in the cookie of this name and path: what a browser tells two cookies of one site apart by.
    pub(crate) fn of(cookie: &str, path: &str) -> Self {
        let hash: [u8; 32] =
            Sha256::new().chain_update(cookie).chain_update([0]).chain_update(path).finalize().into();
        Self(*hash.first_chunk().unwrap_or(&[0; 16]))
    }
}

/// The name of a record in a store: a SHA-256 of the session's id and of what it is for (S10, S71, T1).
///
/// The id cannot be found from it, so a stolen store hands out no sessions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of these bytes, for tests of stores.
    #[cfg(any(test, feature = "conformance"))]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of 64 lower-case hexadecimal digits, as [`to_hex`](Self::to_hex) writes it; `None` for any other text (T25).
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut key = Self([0; 32]);
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        if pairs.len() != key.0.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in key.0.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(key)
    }

    /// The hash in 64 lower-case hexadecimal digits: safe as a file name and in any key space (T15, T25).
    pub fn to_hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.0.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The random source gave nothing usable.
#[derive(Debug)]
pub(crate) struct NoEntropy;

/// Where random bits come from. Only this crate's tests replace it (S2, S3, T21).
pub(crate) trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The operating system's generator; there is no other and no fallback (S1, T21).
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|_| NoEntropy)
    }
}

#[cfg(test)]
mod tests;
