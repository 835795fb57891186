//! What an owner knows one of their sessions by.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::token::{Entropy, NoEntropy};

/// Random bits in a handle, in bytes.
const BYTES: usize = 16;

/// Characters of a handle: unpadded base64url.
const TEXT: usize = 22;

/// Names one session to its owner: for a page that lists sessions, and for the form that ends one of them (S17).
///
/// It is not the id and reaches no session: whoever has it can do nothing without being the owner. It stays the same when
/// the id is rotated. As text, it is 22 characters that need no escaping anywhere.
///
/// ```
/// use session_runtime::SessionHandle;
///
/// let handle: SessionHandle = "AAECAwQFBgcICQoLDA0ODw".parse()?;
/// assert_eq!(handle.to_string(), "AAECAwQFBgcICQoLDA0ODw");
/// assert!("../../etc/passwd".parse::<SessionHandle>().is_err());
/// # Ok::<(), session_runtime::BadHandle>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHandle([u8; BYTES]);

impl SessionHandle {
    /// A handle that no other session has.
    pub(super) fn random(source: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; BYTES];
        source.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionHandle(..)")
    }
}

impl FromStr for SessionHandle {
    type Err = BadHandle;

    fn from_str(text: &str) -> Result<Self, BadHandle> {
        let mut bytes = [0; BYTES];
        if text.len() != TEXT {
            return Err(BadHandle);
        }
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(BYTES) => Ok(Self(bytes)),
            _ => Err(BadHandle),
        }
    }
}

impl Serialize for SessionHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = SessionHandle;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the handle of a session")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SessionHandle, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A text that is no [`SessionHandle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadHandle;

impl fmt::Display for BadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not the handle of a session")
    }
}

impl std::error::Error for BadHandle {}

#[cfg(test)]
mod tests {
    use super::{BadHandle, SessionHandle};
    use crate::token::OsEntropy;

    #[test]
    fn s17_a_handle_is_its_text_and_no_other_text_is_one() {
        let handle = SessionHandle::random(&OsEntropy).unwrap();
        let text = handle.to_string();
        assert_eq!(text.parse(), Ok(handle));
        assert_eq!(serde_json::to_string(&handle).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<SessionHandle>(&format!("\"{text}\"")).unwrap(), handle);
        assert_ne!(SessionHandle::random(&OsEntropy).unwrap(), handle);
        // the last character has bits to spare: of its spellings one is right
        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA+/", "ä"]
        {
            assert_eq!(wrong.parse::<SessionHandle>(), Err(BadHandle), "{wrong}");
        }
    }
}
