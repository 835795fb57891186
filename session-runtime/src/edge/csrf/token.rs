//! The token: bound to the session's id, and different each time it is shown.

use std::fmt;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};

use crate::token::{Entropy, NoEntropy};

/// Bytes of what a token is made from.
const BASE: usize = 32;

/// Characters of a token: unpadded base64url of twice as many bytes.
const TEXT: usize = 86;

/// What a form or a script sends back to prove that it comes from a page of this session
/// ([`Session::csrf_token`](crate::Session::csrf_token)).
///
/// It is 86 characters of base64url, of which none needs escaping in HTML, and another text each time it is issued.
/// `Debug` shows none of it.
#[derive(Clone)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A token that shows `base` behind a pad of its own: compressing a response that also repeats what somebody else
    /// chose tells nothing of it (BREACH).
    ///
    /// # Errors
    /// Without random bits.
    pub(crate) fn of(base: &[u8; BASE], entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; 2 * BASE];
        let (pad, masked) = bytes.split_at_mut(BASE);
        entropy.fill(pad)?;
        for (masked, (pad, base)) in masked.iter_mut().zip(pad.iter().zip(base)) {
            *masked = pad ^ base;
        }
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token of no session, where there is none that it could be bound to. It proves nothing.
    ///
    /// # Errors
    /// Without random bits.
    pub(crate) fn of_nothing(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut base = [0; BASE];
        entropy.fill(&mut base)?;
        Self::of(&base, entropy)
    }
}

/// Whether `text` is a token that shows `base`. Takes the same time wherever it differs (S9); what has another length is
/// not looked at.
pub(crate) fn shows(text: &[u8], base: &[u8; BASE]) -> bool {
    let mut bytes = [0; 2 * BASE];
    if text.len() != TEXT || URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) != Ok(2 * BASE) {
        return false;
    }
    let (pad, masked) = bytes.split_at(BASE);
    let mut differs = 0;
    for ((pad, masked), base) in pad.iter().zip(masked).zip(base) {
        // not to be left early, so the compiler must not know what it has so far
        differs = black_box(differs | (pad ^ masked ^ base));
    }
    differs == 0
}

impl AsRef<str> for CsrfToken {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<CsrfToken> for String {
    fn from(token: CsrfToken) -> Self {
        token.0
    }
}

/// The text, for templates.
impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The text, for templates and for scripts that are given it as JSON.
impl Serialize for CsrfToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(..)")
    }
}

#[cfg(test)]
mod tests;
