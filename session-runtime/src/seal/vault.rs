//! Encryption of what another store keeps.

use std::sync::Arc;

use super::envelope::Envelope;
use super::packed;
use crate::keys::KeyRing;
use crate::mac::MacKey;
use crate::record::Record;
use crate::token::{Entropy, Key, NoEntropy};

/// Seals records for one purpose, each bound to the key that it is kept under: one that was moved to another key does not
/// open (S61).
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

    /// The sealed form of a record, which opens under the same key only. The name of its last write is not in it.
    ///
    /// # Errors
    /// When there are no random bits.
    pub(crate) fn seal(&self, key: &Key, record: &Record) -> Result<Vec<u8>, NoEntropy> {
        let write = |out: &mut Vec<u8>| packed::write(key.as_bytes(), record, out);
        self.envelope.seal(key.as_bytes(), packed::size(record), write)
    }

    /// What was sealed. `None` for anything else.
    pub(crate) fn open(&self, key: &Key, sealed: &[u8]) -> Option<Record> {
        let (plain, _) = self.envelope.open(key.as_bytes(), sealed)?;
        packed::read(&plain).map(|(_, record)| record)
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
