//! Encryption of what another store keeps.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::envelope::Envelope;
use crate::keys::KeyRing;
use crate::mac::MacKey;
use crate::token::{Entropy, NoEntropy};

/// Seals bytes for one purpose, each bound to its context, such as the key that a record is kept under: a record that was
/// moved to another key does not open. Lengths are not hidden.
pub(crate) struct Vault {
    envelope: Envelope,
    /// For fingerprints, under the key that writes and then under the others.
    names: Vec<MacKey>,
}

impl Vault {
    pub(crate) fn new(keys: &KeyRing, purpose: &str, entropy: Arc<dyn Entropy>) -> Self {
        let name =
            |key: &crate::keys::SecretKey| MacKey::new(&*key.derive("vault fingerprint 1", &[purpose]));
        Self {
            envelope: Envelope::new(keys, "vault 1", &[purpose], entropy),
            names: keys.iter().map(name).collect(),
        }
    }

    /// The sealed form of `plain`, which opens with the same context only.
    ///
    /// # Errors
    /// When there are no random bits.
    pub(crate) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, NoEntropy> {
        self.envelope.seal(context, plain.len(), |out| out.extend_from_slice(plain))
    }

    /// What was sealed, and whether that was under another key than the one that writes. `None` for anything else.
    pub(crate) fn open(&self, context: &[u8], sealed: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
        self.envelope.open(context, sealed)
    }

    /// A name for `data` that only who has the key can make: equal for equal data, under the key that writes.
    pub(crate) fn fingerprint(&self, data: &[u8]) -> [u8; 32] {
        self.fingerprints(data).next().unwrap_or_default()
    }

    /// The names that `data` has under the keys of the ring, the one that writes first: to find what was named before the
    /// key was changed.
    pub(crate) fn fingerprints(&self, data: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        self.names.iter().map(move |key| key.tag(&[data]))
    }
}
