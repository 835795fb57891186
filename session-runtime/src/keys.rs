//! The keys that sealed cookies are made with: where they come from, which are refused, and what is derived from them.

mod error;
mod literal;
mod ring;
pub(crate) mod strength;

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, PAD};
use zeroize::Zeroizing;

use crate::mac::MacKey;
use crate::token::{Entropy, OsEntropy};

pub use error::KeyError;
pub use literal::KeyLiteral;
pub use ring::KeyRing;

/// The fewest bytes of a key: 256 bits (S58).
pub(crate) const MIN_BYTES: usize = 32;

/// The longest file that is read as a key, in bytes.
const MAX_FILE_BYTES: usize = 4096;

/// What separates our derivations from those that anybody else makes of the same key: the salt of HKDF (RFC 5869).
const SALT: &[u8] = b"session-runtime key 1";

/// A key that sessions are sealed with: at least 32 secret bytes.
///
/// Make one with `openssl rand -base64 32`, keep it out of the source code, and give it to every server of the
/// application. Whoever has it can make any session.
///
/// The bytes themselves are not kept: keys for one purpose each are derived from them (HKDF-SHA256, RFC 5869), so what is
/// sealed for one cookie, application or session type is nothing to another, and neither are keys of other software. What
/// is kept is overwritten when it is dropped, and not printed.
///
/// # What is refused
///
/// Every constructor refuses what is no secret (S58, T14), with a [`KeyError`] that says why:
///
/// * fewer than 32 bytes, after decoding;
/// * bytes with fewer than 8 different values, a pattern that is repeated, or a sequence such as `0, 1, 2, …`;
/// * printable text without digits whose letters are all lower or all upper case, as words are;
/// * printable text of which half or more is words such as `secret`, `password` or `change me`;
/// * a public key in PEM or SSH format;
/// * keys that are printed in the documentation of this and of other software.
///
/// 32 random bytes break one of these rules with a probability below 2⁻⁴⁴, also as hexadecimal or base64 text that is
/// given to [`from_bytes`](Self::from_bytes).
///
/// ```
/// use session_runtime::{KeyRing, SecretKey};
///
/// # fn keys() -> Result<KeyRing, session_runtime::KeyError> {
/// let key = SecretKey::from_env("SESSION_KEY")?;
/// # Ok(KeyRing::new(key))
/// # }
/// assert!(SecretKey::from_bytes(b"secret").is_err()); // too short
/// assert!(SecretKey::from_bytes([7; 32]).is_err()); // all equal
/// assert_eq!(format!("{:?}", SecretKey::generate()?), "SecretKey(..)");
/// # Ok::<(), session_runtime::KeyError>(())
/// ```
///
/// S9: keys are not compared, since comparing byte by byte tells by its timing how much of a guess was right.
///
/// ```compile_fail,E0369
/// # let key = || session_runtime::SecretKey::generate().unwrap();
/// assert!(key() == key());
/// ```
///
/// T14: there is no key that an application has without asking for one.
///
/// ```compile_fail,E0277
/// let key: session_runtime::SecretKey = Default::default();
/// ```
#[derive(Clone)]
pub struct SecretKey {
    /// What HKDF extracts from the bytes.
    root: MacKey,
    id: KeyId,
}

/// Names a key in a token. It is derived from the key, so no two keys share it but by chance, and it tells nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; KEY_ID]);

/// Bytes of a key's name.
pub(crate) const KEY_ID: usize = 8;

impl SecretKey {
    /// The key of these bytes, as they are.
    ///
    /// # Errors
    /// For bytes that are no secret: [what is refused](Self#what-is-refused).
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let bytes = bytes.as_ref();
        strength::check(bytes)?;
        let root = MacKey::new(&*Zeroizing::new(MacKey::new(SALT).tag(&[bytes])));
        let id = *expand(&root, "key id", &[]).first_chunk().unwrap_or(&[0; KEY_ID]);
        Ok(Self { root, id: KeyId(id) })
    }

    /// The key of hexadecimal text: two digits a byte, of either case, and nothing else.
    ///
    /// # Errors
    /// For other text, and for bytes that are no secret: [what is refused](Self#what-is-refused).
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let digit =
            |character: u8| char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        let bytes = bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new);
        Self::from_bytes(&*bytes.filter(|_| rest.is_empty()).ok_or(KeyError::NotHex)?)
    }

    /// The key of base64 text, of the standard or the URL-safe alphabet, with padding or without (RFC 4648).
    ///
    /// # Errors
    /// For other text, and for bytes that are no secret: [what is refused](Self#what-is-refused).
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        const LAX: GeneralPurposeConfig = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let url_safe = text.contains(['-', '_']);
        let alphabet = if url_safe { alphabet::URL_SAFE } else { alphabet::STANDARD };
        let bytes = GeneralPurpose::new(&alphabet, LAX).decode(text).map_err(|_| KeyError::NotBase64)?;
        Self::from_bytes(Zeroizing::new(bytes).as_slice())
    }

    /// The key in a file.
    ///
    /// * A file of ASCII text holds the key in hexadecimal, if there are only hexadecimal digits, else in base64. One
    ///   newline at its end is left out.
    /// * Any other file is the bytes of the key, all of them.
    ///
    /// So `openssl rand -hex 32`, `openssl rand -base64 32` and `openssl rand 32` make a file each.
    ///
    /// A file that everybody can write to is refused, because then everybody can choose the key. One that everybody can read
    /// is not, because that is how container platforms mount secrets; keep yours to its user otherwise.
    ///
    /// # Errors
    /// When the file cannot be read, is no ordinary file, has over 4096 bytes or is everybody's to write; and as the
    /// constructor for what is in it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text) if strength::is_text(line) => Self::from_text(text),
            _ => Self::from_bytes(bytes.as_slice()),
        }
    }

    /// The key in an environment variable: in hexadecimal, if there are only hexadecimal digits, else in base64. One newline
    /// at its end is left out.
    ///
    /// # Errors
    /// When the variable is not set or holds other text, and for bytes that are no secret:
    /// [what is refused](Self#what-is-refused).
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let value = std::env::var_os(variable).ok_or_else(|| KeyError::NotSet(variable.into()))?;
        let text = Zeroizing::new(value.into_string().map_err(|_| KeyError::NotText)?);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Self::from_text(line.strip_suffix('\r').unwrap_or(line))
    }

    /// A new key of 32 random bytes, which nobody can see: what it seals ends with the process. For development and tests.
    ///
    /// # Errors
    /// When the operating system gives no random bits.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; MIN_BYTES]);
        OsEntropy.fill(&mut *bytes).map_err(|_| KeyError::NoEntropy)?;
        Self::from_bytes(bytes.as_slice())
    }

    /// Hexadecimal and base64 of 32 bytes cannot be mistaken for each other: 43 random characters of base64 are all
    /// hexadecimal digits once in 2⁶⁶ keys.
    fn from_text(text: &str) -> Result<Self, KeyError> {
        if text.bytes().all(|character| character.is_ascii_hexdigit()) {
            Self::from_hex(text)
        } else {
            Self::from_base64(text).map_err(|error| match error {
                KeyError::NotBase64 => KeyError::NotText,
                error => error,
            })
        }
    }

    /// The name of this key.
    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    /// A key for one purpose, bound to all of `parts`, none of which can be taken for another (S56, T13).
    pub(crate) fn derive(&self, purpose: &str, parts: &[&str]) -> Zeroizing<[u8; 32]> {
        expand(&self.root, purpose, parts)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// The first block of HKDF-Expand (RFC 5869, 2.3), which is all that a key of 32 bytes needs.
fn expand(root: &MacKey, purpose: &str, parts: &[&str]) -> Zeroizing<[u8; 32]> {
    let info = framed(std::iter::once(purpose).chain(parts.iter().copied()));
    Zeroizing::new(root.tag(&[&info, &[1]]))
}

/// The texts one after the other, each after its length: no two lists of texts give the same bytes.
pub(crate) fn framed<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

/// The bytes of a file that a key may be in.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let failed = |source| KeyError::Unreadable { file: path.into(), source };
    // asked before opening, since opening a pipe would wait for its writer
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(KeyError::NotAFile(path.into()));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o002 != 0 {
        return Err(KeyError::Exposed(path.into()));
    }
    // what is read is bounded here and not by the file's length, which may change
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES + 1));
    let limit = MAX_FILE_BYTES as u64 + 1;
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() > MAX_FILE_BYTES { Err(KeyError::TooLong(path.into())) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests;
