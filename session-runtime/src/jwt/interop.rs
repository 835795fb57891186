//! The tokens of other software: minted and read under its raw key, byte for byte as it does.
//!
//! [`encode`] writes what `PyJWT` writes, and with it Microdot's sessions; [`decode`] takes what they take. So a site can
//! read the tokens that its predecessor handed out, make sessions of them, and share a key with services that are still
//! there.
//!
//! A token of this module is bound to nothing but its key: it is one for every cookie and every application that has the
//! key, it ends when its `exp` says and never without one, and it cannot be revoked. A session that this crate keeps in a
//! signed cookie is bound to all of these; use that for what is yours.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use session_runtime::clock::{Clock, SystemClock};
//! use session_runtime::jwt::interop::{self, Key};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Visits {
//!     n: u32,
//! }
//!
//! # use std::hash::{BuildHasher, Hasher, RandomState};
//! # fn secret() -> Vec<u8> { (0..32).map(|_| RandomState::new().build_hasher().finish() as u8).collect() }
//! let key = Key::new(secret())?;
//! let token = interop::encode(&Visits { n: 41 }, &key)?;
//! assert!(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuIjo0MX0."));
//!
//! let visits: Visits = interop::decode(&token, &key, SystemClock.now())?;
//! assert_eq!(visits, Visits { n: 41 });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claims;
mod python;

use std::error::Error as StdError;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::compact::{self, Unverified};
use crate::clock::Timestamp;
use crate::field::to_json;
use crate::keys::KeyError;
use crate::keys::strength;
use crate::mac::MacKey;

/// The longest token that is read, in bytes: 128 KiB. A cookie has at most 4 KiB, a header seldom more than 8.
pub const MAX_BYTES: usize = 128 * 1024;

/// What `PyJWT` writes: `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// The raw key of other software. It is not a [`SecretKey`](crate::SecretKey): nothing is derived from it, so whoever reads
/// its tokens can also mint them.
///
/// Overwritten when it is dropped, and not printed.
#[derive(Clone)]
pub struct Key(MacKey);

impl Key {
    /// A key that keeps the rules of [`SecretKey`](crate::SecretKey#what-is-refused): at least 32 bytes, and no words.
    ///
    /// # Errors
    /// Which rule it breaks.
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        strength::check(key.as_ref())?;
        Ok(Self(MacKey::new(key.as_ref())))
    }

    /// A key that can be guessed, because the other software has it: who guesses it can mint any token. Read the old tokens
    /// with it for as long as you must.
    ///
    /// # Errors
    /// For no bytes at all, and for a public key in PEM or SSH format, which everybody has.
    pub fn weak(key: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let key = key.as_ref();
        if key.is_empty() {
            Err(KeyError::Short { bytes: 0 })
        } else if strength::is_public(key) {
            Err(KeyError::Public)
        } else {
            Ok(Self(MacKey::new(key)))
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The token of these claims, byte for byte as `PyJWT` mints it: members in the order in which they are serialised, no
/// blanks, everything but ASCII as `\u` escapes, numbers in Python's spelling.
///
/// Registered claims mean what RFC 7519 says: with an `exp` that is over, the token is over.
///
/// # Errors
/// If the claims are no JSON object, hold a number that is not finite (Python would write `NaN`, which is no JSON), or have an
/// `iss` that is no string.
pub fn encode<T: Serialize + ?Sized>(claims: &T, key: &Key) -> Result<String, Error> {
    let payload = python::json(claims).map_err(|_| Error(Kind::Unencodable("they are not JSON")))?;
    if !payload.starts_with(b"{") {
        return Err(Error(Kind::Unencodable("they are no JSON object")));
    }
    to_json(claims).map_err(|_| Error(Kind::Unencodable("they hold a number that is not finite")))?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload)
        .map_err(|_| Error(Kind::Unencodable("they are nested too deeply")))?;
    if claims.get("iss").is_some_and(|issuer| !issuer.is_string()) {
        return Err(Error(Kind::Unencodable("`iss` is no string")));
    }
    Ok(compact::write(HEADER, &payload, &key.0))
}

/// The claims of a token that is valid now.
///
/// The tag is checked first, with HS256 whatever the header says. Then the header must say HS256 and ask for nothing critical,
/// `exp`, `nbf` and `iat` are honoured without leeway, `sub` and `jti` must be strings, and there must be no `aud`, since it
/// would be somebody else. What is missing is not asked for.
///
/// Where `PyJWT` is laxer, this is not: base64url has no padding and one spelling, and JSON is UTF-8 with proper characters
/// and finite numbers.
///
/// # Errors
/// One that says [expired](Error::is_expired) or [not yet valid](Error::is_not_yet_valid) for a token that is genuine, and
/// [rejected](Error::is_rejected) for everything else, [`MAX_BYTES`] included.
pub fn decode<T: DeserializeOwned>(token: impl AsRef<[u8]>, key: &Key, now: Timestamp) -> Result<T, Error> {
    let token = token.as_ref();
    if token.len() > MAX_BYTES {
        return Err(Error(Kind::Rejected));
    }
    let verified = Unverified::split(token).and_then(|token| token.verify(&key.0));
    let token = verified.ok_or(Error(Kind::Rejected))?;
    let header: Map<String, Value> = object(&token.header().ok_or(Error(Kind::Rejected))?)?;
    if !claims::is_plain_hs256(&header) {
        return Err(Error(Kind::Rejected));
    }
    let payload = token.payload().ok_or(Error(Kind::Rejected))?;
    // some editors begin UTF-8 with a mark, and Python leaves it out
    let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&payload);
    claims::check(&object(payload)?, now)?;
    object(payload)
}

fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|_| Error(Kind::Rejected))
}

/// Why there is no token, or none that counts. Ask it with the predicates; its text is for logs and holds nothing of the token.
#[derive(Clone, Copy, Debug)]
pub struct Error(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Expired,
    NotYetValid,
    Rejected,
    Unencodable(&'static str),
}

impl Error {
    /// The token is genuine, and over.
    pub fn is_expired(&self) -> bool {
        self.0 == Kind::Expired
    }

    /// The token is genuine, and begins or was issued in the future.
    pub fn is_not_yet_valid(&self) -> bool {
        self.0 == Kind::NotYetValid
    }

    /// The token is not one of this key, or not one that this module reads.
    pub fn is_rejected(&self) -> bool {
        self.0 == Kind::Rejected
    }

    /// There is no token of these claims.
    pub fn is_unencodable(&self) -> bool {
        matches!(self.0, Kind::Unencodable(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Expired => f.write_str("the token has expired"),
            Kind::NotYetValid => f.write_str("the token is not valid yet"),
            Kind::Rejected => f.write_str("the token is not valid"),
            Kind::Unencodable(why) => write!(f, "there is no token of these claims: {why}"),
        }
    }
}

impl StdError for Error {}

#[cfg(test)]
mod tests;
