//! Authenticated encryption with XChaCha20-Poly1305, under one key of a ring.
//!
//! ```text
//! version (1) ‖ name of the key (8) ‖ nonce (24) ‖ ciphertext ‖ tag (16)
//! ```
//!
//! A nonce of 192 bits may be random: for 2⁸⁰ messages, two are equal with a probability of 2⁻³² (S57). All but the
//! ciphertext, and the scope, is authenticated as associated data, so neither is there a marker to strip (T11) nor a place to
//! move the message to (T13). The name of the key is derived from the key, and one key is tried: a message cannot be made
//! that means something under one key and something else under another of a ring (T40).

use std::sync::Arc;

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::keys::{KEY_ID, KeyId, KeyRing, framed};
use crate::token::{Entropy, NoEntropy};

/// The format. Another one is not read by what reads this one (T37).
const VERSION: u8 = 1;

const NONCE: usize = 24;
const TAG: usize = 16;

/// Where the nonce begins, and where the ciphertext does.
const NONCE_AT: usize = 1 + KEY_ID;
const BODY_AT: usize = NONCE_AT + NONCE;

/// Bytes that a message has beside its plaintext.
pub(super) const OVERHEAD: usize = BODY_AT + TAG;

pub(super) struct Envelope {
    writes: Key,
    reads: Vec<Key>,
    /// Purpose and scope, for the associated data.
    scope: Vec<u8>,
    entropy: Arc<dyn Entropy>,
}

struct Key {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

impl Envelope {
    /// Encrypts under keys that are derived for this purpose and these parts of a scope.
    pub(super) fn new(keys: &KeyRing, purpose: &str, parts: &[&str], entropy: Arc<dyn Entropy>) -> Self {
        let key = |key: &crate::keys::SecretKey| Key {
            id: key.id(),
            cipher: XChaCha20Poly1305::new((&*key.derive(purpose, parts)).into()),
        };
        Self {
            writes: key(keys.first()),
            reads: keys.others().map(key).collect(),
            scope: framed(std::iter::once(purpose).chain(parts.iter().copied())),
            entropy,
        }
    }

    /// The message of what `write` appends, which can be read with the same `context` only.
    ///
    /// # Errors
    /// When there are no random bits: a nonce that repeats would give the plaintext away.
    pub(super) fn seal(
        &self,
        context: &[u8],
        capacity: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Vec<u8>, NoEntropy> {
        let nonce = self.nonce()?;
        let mut message = Vec::with_capacity(capacity + OVERHEAD);
        message.push(VERSION);
        message.extend_from_slice(&self.writes.id.0);
        message.extend_from_slice(&nonce);
        write(&mut message);
        let data = self.associated(self.writes.id, context);
        let body = message.get_mut(BODY_AT..).unwrap_or_default();
        let cipher = &self.writes.cipher;
        // fails for more than 256 GiB, of which nothing may leave unencrypted
        let tag =
            cipher.encrypt_inout_detached(&XNonce::from(nonce), &data, body.into()).map_err(|_| NoEntropy)?;
        message.extend_from_slice(&tag);
        Ok(message)
    }

    /// A new nonce. Only zeros are none: a source that gives them gives nothing else.
    pub(super) fn nonce(&self) -> Result<[u8; NONCE], NoEntropy> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce)?;
        if nonce == [0; NONCE] { Err(NoEntropy) } else { Ok(nonce) }
    }

    /// The plaintext of a message, and whether it was sealed under another key than the one that writes. `None` if it is
    /// not one of ours for this context. At most one tag is checked (T20).
    pub(super) fn open(&self, context: &[u8], message: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
        let (head, rest) = message.split_first_chunk::<BODY_AT>()?;
        let (body, tag) = rest.split_last_chunk::<TAG>()?;
        let (version, rest) = head.split_first()?;
        let (id, rest) = rest.split_first_chunk()?;
        let nonce: [u8; NONCE] = rest.try_into().ok()?;
        if *version != VERSION {
            return None;
        }
        let (id, is_first) = (KeyId(*id), *id == self.writes.id.0);
        let key = if is_first { &self.writes } else { self.reads.iter().find(|key| key.id == id)? };
        #[cfg(test)]
        crate::mac::probe::TAG_CHECKS.with(|checks| checks.set(checks.get() + 1));
        // the tag is compared before anything is decrypted, and in constant time (S9, S52)
        let mut plain = Zeroizing::new(body.to_vec());
        let data = self.associated(id, context);
        let (nonce, tag) = (XNonce::from(nonce), Tag::from(*tag));
        key.cipher.decrypt_inout_detached(&nonce, &data, plain.as_mut_slice().into(), &tag).ok()?;
        Some((plain, !is_first))
    }

    /// What is authenticated beside the ciphertext and its nonce.
    fn associated(&self, id: KeyId, context: &[u8]) -> Vec<u8> {
        let mut data = Vec::with_capacity(NONCE_AT + self.scope.len() + context.len());
        data.push(VERSION);
        data.extend_from_slice(&id.0);
        // the scope is framed, so the context begins where it ends
        data.extend_from_slice(&self.scope);
        data.extend_from_slice(context);
        data
    }
}
