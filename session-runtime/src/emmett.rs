//! The sessions of Emmett 2, a Python web framework: read, so that a site that moves logs nobody out, and minted, so that it
//! can move a part at a time.
//!
//! Emmett keeps a session as a Python pickle: encrypted in a cookie ([`decode_cookie`], [`encode_cookie`]), in a file
//! ([`decode_file`]) or in redis ([`decode_redis`]). A pickle is a program. Here it is never run: only what builds plain
//! values out of plain values is understood, and everything else is refused, so no bytes can construct or call anything
//! (T14, T37).
//!
//! Emmett's cookie does not say when it ends, is bound to no cookie's name, and cannot be revoked. So read it for a limited
//! time, make a session of it, and delete it.
//!
//! ```
//! use session_runtime::emmett::{self, Key};
//!
//! // what the old application was configured with: `SessionManager.cookies('myverysecretkey')`
//! let key = Key::new("myverysecretkey")?;
//! let cookie = "hjFvQfUG612jiMRgxOT3W2QVCTYGaY2TbHjN-89PGBU=:ExZ8MWxEqGAxSr8wmUH0wOgMd5iUdSr7wFoFBYeDYQs=:\
//!               dsrGwuc9Q5kE1NqsnWfyUon85qUWZNO8D9xdapw0aig0B9rSaH7qvlws83-goNsYJEZLIqEOqkg42QKZKRsx4fhiMw==";
//! let session = emmett::decode_cookie(cookie, &key)?;
//! assert_eq!(session["counter"], 1);
//! # Ok::<(), emmett::Error>(())
//! ```

mod cookie;
mod error;
#[cfg(all(unix, feature = "_fuzzing"))]
pub(crate) mod fuzzing;
mod pickle;

use serde_json::{Map, Value};

use crate::clock::Timestamp;

pub use cookie::{Key, decode_cookie, encode_cookie};
pub use error::Error;

/// The longest file or redis value that is read, in bytes: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;

/// What a file of Emmett's holds.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FileSession {
    /// When the session ends. Emmett moves it with every write.
    pub expires: Timestamp,
    /// The session.
    pub session: Map<String, Value>,
}

impl std::fmt::Debug for FileSession {
    /// Without the session (T22).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSession").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// What a file in Emmett's folder `sessions` holds: a time, and the session. Whether the time is over is for the caller to ask.
///
/// The file is not authenticated. Read those of the old application only, and take the session's id from the name of the
/// file, never the name of a file from a cookie.
///
/// # Errors
/// [Rejected](Error::is_rejected) if it is no such file or longer than [`MAX_BYTES`], [unsupported](Error::is_unsupported) if
/// it holds what JSON cannot.
pub fn decode_file(content: &[u8]) -> Result<FileSession, Error> {
    // a pickle of protocol 1: one float, 8 bytes, big endian
    let (head, session) = content.split_first_chunk::<10>().ok_or_else(Error::rejected)?;
    let [b'G', seconds @ .., b'.'] = head else { return Err(Error::rejected()) };
    let seconds = f64::from_be_bytes(*seconds);
    if !seconds.is_finite() {
        return Err(Error::rejected());
    }
    // what lies before 1970 is 1970: over
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    let expires = Timestamp::from_millis((seconds * 1000.0) as u64);
    Ok(FileSession { expires, session: decode_redis(session)? })
}

/// What Emmett keeps in redis under `emtsess:` and the session's id. When it ends is the key's time to live.
///
/// # Errors
/// As [`decode_file`].
pub fn decode_redis(value: &[u8]) -> Result<Map<String, Value>, Error> {
    if value.len() > MAX_BYTES { Err(Error::rejected()) } else { pickle::read(value) }
}

#[cfg(test)]
mod tests;
