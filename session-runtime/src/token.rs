//! The session id: made here, kept by the browser, and known to a store only as a hash.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Random bits in an id, in bytes: 256 bits (S1; ASVS 7.2.3 asks for 128 bits).
const BYTES: usize = 32;

/// How many of them, at the front, a renewal leaves as they are. A rotation leaves none.
const LINEAGE: usize = 16;

/// The bytes of a slot tag.
const TAG: usize = 2;

/// Characters of an id on the wire: unpadded base64url of 32 bytes.
pub(crate) const TEXT: usize = 43;

/// Characters of an id with a slot tag: of 34 bytes.
const TAGGED_TEXT: usize = 46;

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
pub struct Token {
    id: [u8; BYTES],
    slot: Option<Slot>,
}

/// Where a sharded store keeps a session. An id carries it in the clear, and a rotation keeps it, so that the old and the
/// new record lie in one place and can be changed in one step. It says nothing of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot([u8; TAG]);

impl Slot {
    /// The tag as a number.
    pub const fn as_u16(self) -> u16 {
        u16::from_be_bytes(self.0)
    }

    /// A slot for a new session.
    ///
    /// # Errors
    /// As [`Token::random`].
    pub(crate) fn random(source: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; TAG];
        source.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A slot of a known tag, for the keys of tests.
    #[cfg(any(test, feature = "conformance"))]
    pub(crate) const fn of(tag: [u8; TAG]) -> Self {
        Self(tag)
    }
}

impl Token {
    /// A new id, for a store that wants it in this slot.
    ///
    /// # Errors
    /// When the source fails, or returns only zeros: then there is no session rather than a weak one (S2).
    pub(crate) fn random(source: &dyn Entropy, slot: Option<Slot>) -> Result<Self, NoEntropy> {
        let mut id = [0; BYTES];
        source.fill(&mut id)?;
        if id == [0; BYTES] { Err(NoEntropy) } else { Ok(Self { id, slot }) }
    }

    /// Reads the text of an id: exactly 43 characters of canonical base64url, or 46 with a slot tag, and not all zero
    /// (S6, T6).
    ///
    /// This says that the text is well formed, not that such a session exists.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let text = text.as_ref();
        let mut bytes = [0; BYTES + TAG];
        if text.len() != TEXT && text.len() != TAGGED_TEXT {
            return None;
        }
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        let (id, tag) = bytes.split_first_chunk::<BYTES>()?;
        let slot = if length > BYTES { Some(Slot(tag.try_into().ok()?)) } else { None };
        (*id != [0; BYTES]).then_some(Self { id: *id, slot })
    }

    /// An id of known bytes, for the keys of tests.
    #[cfg(feature = "conformance")]
    pub(crate) const fn of(id: [u8; BYTES], slot: Option<Slot>) -> Self {
        Self { id, slot }
    }

    /// The id of a session that lives in its cookie, where the seal vouches for it.
    pub(crate) const fn from_id(id: [u8; BYTES]) -> Self {
        Self { id, slot: None }
    }

    /// The id that a renewal with this nonce gives, in the same slot. Who knows only one of the two cannot compute it; and
    /// nobody finds the old id from the new one (S24).
    ///
    /// Half of the id is another one, which is 128 bits. The other half stays, so that the forms which the pages of the old id
    /// show are good yet ([`csrf_base`](Self::csrf_base)).
    pub(crate) fn renewed(&self, nonce: &[u8; BYTES]) -> Self {
        let hash =
            Sha256::new().chain_update(b"session id renewed").chain_update(self.id).chain_update(nonce);
        let mut id: [u8; BYTES] = hash.finalize().into();
        id[..LINEAGE].copy_from_slice(&self.id[..LINEAGE]);
        Self { id, slot: self.slot }
    }

    /// The id itself, to be sealed.
    pub(crate) const fn id(&self) -> &[u8; BYTES] {
        &self.id
    }

    /// The text of this id, as the cookie carries it.
    pub(crate) fn write(&self, out: &mut String) {
        match self.slot {
            None => URL_SAFE_NO_PAD.encode_string(self.id, out),
            Some(slot) => {
                let mut bytes = [0; BYTES + TAG];
                bytes[..BYTES].copy_from_slice(&self.id);
                bytes[BYTES..].copy_from_slice(&slot.0);
                URL_SAFE_NO_PAD.encode_string(bytes, out);
            }
        }
    }

    /// What a store knows this id by.
    pub(crate) fn key(&self, purpose: &Purpose) -> Key {
        // id, purpose and slot are of fixed length, and together fit into one block of the hash
        let mut hash = Sha256::new().chain_update(self.id).chain_update(purpose.0);
        if let Some(slot) = self.slot {
            // so another slot is another id, and nobody moves a session elsewhere
            hash.update(slot.0);
        }
        Key { hash: hash.finalize().into(), slot: self.slot }
    }
}

/// What goes before an id where its CSRF token is made.
const CSRF: &[u8] = b"the csrf token of a session";

impl Token {
    /// What CSRF tokens of this id, and of those that it is renewed to, show (S28). It cannot be found from the [`Key`], which
    /// is the hash of another text that begins with the id: so nobody makes a token of what a store knows.
    pub(crate) fn csrf_base(&self, purpose: &Purpose) -> [u8; 32] {
        let lineage = &self.id[..LINEAGE];
        let mut hash = Sha256::new().chain_update(CSRF).chain_update(lineage).chain_update(purpose.0);
        if let Some(slot) = self.slot {
            hash.update(slot.0);
        }
        hash.finalize().into()
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

    /// What is known of owners, of the sessions that are sealed for these parts of a scope.
    #[cfg(feature = "_keys")]
    pub(crate) fn of_owners(parts: &[&str]) -> Self {
        let framed = crate::keys::framed(parts.iter().copied());
        let hash: [u8; 32] = Sha256::new().chain_update("owners").chain_update(framed).finalize().into();
        Self(*hash.first_chunk().unwrap_or(&[0; 16]))
    }
}

/// The name of a record in a store: a SHA-256 of the session's id and of what it is for (S10, S71, T1).
///
/// The id cannot be found from it, so a stolen store hands out no sessions.
///
/// The hash covers the slot, so keys of one hash are equal, be it known where their records are or not.
#[derive(Clone, Copy)]
pub struct Key {
    hash: [u8; 32],
    slot: Option<Slot>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.hash.cmp(&other.hash)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl Key {
    /// The key of this hash, of no slot.
    pub(crate) const fn of_hash(hash: [u8; 32]) -> Self {
        Self { hash, slot: None }
    }

    /// The key of these bytes, for tests of stores.
    #[cfg(any(test, feature = "conformance"))]
    pub(crate) const fn from_bytes(hash: [u8; 32]) -> Self {
        Self { hash, slot: None }
    }

    /// Another key in the same place.
    pub(crate) const fn beside(self, hash: [u8; 32]) -> Self {
        Self { hash, ..self }
    }

    /// The key of what a list of ended sessions says of an owner.
    pub(crate) fn of_owner(owners: &Purpose, owner: &str) -> Self {
        Self::placed(Sha256::new().chain_update(b"owner").chain_update(owners.0).chain_update(owner))
    }

    /// The key of something that is kept about what has this key.
    pub(crate) fn derived(&self, what: &[u8]) -> Self {
        Self::placed(Sha256::new().chain_update(what).chain_update(self.hash))
    }

    /// A key that is not an id's: its place is as good as any.
    fn placed(hash: Sha256) -> Self {
        let hash: [u8; 32] = hash.finalize().into();
        Self { hash, slot: Some(Slot([hash[0], hash[1]])) }
    }

    /// The key of the index of an owner's sessions, of what `purpose` is about. What is hashed is longer than what is for an
    /// id, so no id has this key; and of fixed length, whatever the owner's name is (T26).
    pub(crate) fn of_index(purpose: &Purpose, owner: &str) -> Self {
        let owner = Sha256::digest(owner);
        Self::placed(Sha256::new().chain_update("sessions of").chain_update(purpose.0).chain_update(owner))
    }

    /// The key with its slot, as text.
    pub(crate) fn to_place(self) -> String {
        let slot = self.slot.map_or_else(String::new, |slot| format!("{:04x}", slot.as_u16()));
        self.to_hex() + &slot
    }

    /// What [`to_place`](Self::to_place) wrote.
    pub(crate) fn from_place(text: &str) -> Option<Self> {
        let (hash, slot) = text.split_at_checked(64)?;
        let key = Self::from_hex(hash)?;
        if slot.is_empty() {
            return Some(key);
        }
        let &[a, b, c, d] = slot.as_bytes() else { return None };
        let tag = [digit(a)? << 4 | digit(b)?, digit(c)? << 4 | digit(d)?];
        Some(Self { slot: Some(Slot(tag)), ..key })
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Where a store that [is sharded](crate::store::Store::is_sharded) keeps the record. `None` for an id that was made for
    /// another store.
    pub const fn slot(&self) -> Option<Slot> {
        self.slot
    }

    /// The key of 64 lower-case hexadecimal digits, as [`to_hex`](Self::to_hex) writes it, and of no slot; `None` for any
    /// other text (T25).
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        if pairs.len() != hash.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self { hash, slot: None })
    }

    /// The hash in 64 lower-case hexadecimal digits: safe as a file name and in any key space (T15, T25).
    pub fn to_hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.hash.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
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
