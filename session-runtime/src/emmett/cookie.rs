//! The cookie: three parts of base64url with colons between.
//!
//! ```text
//! salt (32) : tag (32) : ciphertext
//! key of the cipher (32) ‖ key of the tag (32) ‖ counter (16) = PBKDF2-HMAC-SHA256(key, salt, 1000 rounds)
//! ciphertext = AES-256-CTR of the pickle        tag = HMAC-SHA256 of the ciphertext
//! ```

use std::fmt;

use aes::Aes256;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use ctr::Ctr128BE;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Error, pickle};
use crate::mac::{MacKey, TAG};
use crate::token::{Entropy as _, OsEntropy};

/// The longest value that is read, in bytes. Emmett writes longer ones, but no browser keeps them.
const MAX_READ: usize = 8192;

/// The longest value that is written, in bytes: browsers keep this much of name and value together.
const MAX_WRITTEN: usize = 4096;

const SALT: usize = 32;
const COUNTER: usize = 16;
const ROUNDS: u32 = 1000;

/// What `SessionManager.cookies` was called with. Whoever guesses it can mint any session: read the old cookies with it for as
/// long as you must.
///
/// Overwritten when it is dropped, and not printed.
#[derive(Clone)]
pub struct Key(MacKey);

impl Key {
    /// The key of this text. Emmett takes any, so this does.
    ///
    /// # Errors
    /// [`is_no_key`](Error::is_no_key) for an empty one, which Emmett takes as well: everybody has it.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref();
        if key.is_empty() { Err(Error::no_key()) } else { Ok(Self(MacKey::new(key.as_bytes()))) }
    }

    /// PBKDF2 (RFC 8018, 5.2): as many bytes as asked for.
    pub(super) fn stretch(&self, salt: &[u8], rounds: u32, out: &mut [u8]) {
        for (number, block) in (1_u32..).zip(out.chunks_mut(TAG)) {
            let mut link = Zeroizing::new(self.0.tag(&[salt, &number.to_be_bytes()]));
            block.copy_from_slice(&link[..block.len()]);
            for _ in 1..rounds {
                *link = self.0.tag(&[&*link]);
                for (byte, other) in block.iter_mut().zip(&*link) {
                    *byte ^= other;
                }
            }
        }
    }

    /// The cipher and the key of the tag of one cookie.
    fn derive(&self, salt: &[u8; SALT]) -> (Ctr128BE<Aes256>, MacKey) {
        let mut derived = Zeroizing::new([0; 2 * TAG + COUNTER]);
        self.stretch(salt, ROUNDS, &mut *derived);
        let (mut cipher, mut counter) = (Zeroizing::new([0; TAG]), [0; COUNTER]);
        cipher.copy_from_slice(&derived[..TAG]);
        counter.copy_from_slice(&derived[2 * TAG..]);
        (Ctr128BE::new((&*cipher).into(), &counter.into()), MacKey::new(&derived[TAG..2 * TAG]))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The session in a cookie's value, in double quotes, as Emmett puts it into the header, or without.
///
/// The tag is checked before anything is decrypted (S52). Deriving the keys takes 6000 hashes for each cookie, which is a
/// fraction of a millisecond: ask only for a request that has the cookie and no session of yours (T20).
///
/// # Errors
/// [Rejected](Error::is_rejected) if it is no cookie of this key or longer than 8192 bytes,
/// [unsupported](Error::is_unsupported) if it holds what JSON cannot, or was compressed.
pub fn decode_cookie(value: impl AsRef<[u8]>, key: &Key) -> Result<Map<String, Value>, Error> {
    let value = value.as_ref();
    if value.len() > MAX_READ {
        return Err(Error::rejected());
    }
    let Parts { salt, tag, mut text } = parts(value).ok_or_else(Error::rejected)?;
    let (mut cipher, tagger) = key.derive(&salt);
    if !tagger.verify(&[&text], &tag) {
        return Err(Error::rejected());
    }
    cipher.apply_keystream(&mut text);
    pickle::read(&text)
}

struct Parts {
    salt: [u8; SALT],
    tag: [u8; TAG],
    /// The ciphertext, which becomes the pickle.
    text: Zeroizing<Vec<u8>>,
}

fn parts(value: &[u8]) -> Option<Parts> {
    let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
    let mut parts = inner.split(|character| *character == b':').map(|part| {
        // Emmett takes both alphabets
        let url_safe = |character: &u8| match character {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        };
        URL_SAFE.decode(part.iter().map(url_safe).collect::<Vec<u8>>()).ok()
    });
    let (salt, tag, text) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Some(Parts { salt: salt.try_into().ok()?, tag: tag.try_into().ok()?, text: Zeroizing::new(text) })
}

/// The value of a cookie with which Emmett has this session. Without the double quotes that Emmett puts around it, which it
/// needs not.
///
/// # Errors
/// [Unencodable](Error::is_unencodable) if the session is nested over 100 deep or the value would be longer than 4096 bytes,
/// [no entropy](Error::is_no_entropy) if the operating system gives no random bits.
pub fn encode_cookie(session: &Map<String, Value>, key: &Key) -> Result<String, Error> {
    let mut salt = [0; SALT];
    OsEntropy.fill(&mut salt).map_err(|_| Error::no_entropy())?;
    let mut text =
        Zeroizing::new(pickle::write(session).ok_or(Error::unencodable("it is nested too deeply"))?);
    // four characters for three bytes, the salt and the tag 44 each, and two colons
    if text.len().div_ceil(3) * 4 + 90 > MAX_WRITTEN {
        return Err(Error::unencodable("no browser would keep so long a cookie"));
    }
    let (mut cipher, tagger) = key.derive(&salt);
    cipher.apply_keystream(&mut text);
    let [salt, tag, text] = [&salt[..], &tagger.tag(&[&text]), &text].map(|part| URL_SAFE.encode(part));
    Ok(format!("{salt}:{tag}:{text}"))
}
