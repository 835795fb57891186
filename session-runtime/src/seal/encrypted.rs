//! The encrypted format: base64url of an [`Envelope`]. The client sees the name of the key, when the token changes, and how
//! long it is in steps of 64 bytes; nothing else.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::envelope::{Envelope, OVERHEAD};
use super::{MAX_TEXT, Opened, Scope, Sealer, Shut, is_alive, is_base64url, packed};
use crate::clock::Timestamp;
use crate::keys::KeyRing;
use crate::record::Record;
use crate::token::{Entropy, NoEntropy};

/// What the keys of this format are derived for.
const PURPOSE: &str = "encrypted cookie 1";

/// Characters of the shortest token: that of an empty session.
const MIN_TEXT: usize = (OVERHEAD + packed::MIN) * 4 / 3;

pub(super) struct Encrypted(Envelope);

impl Encrypted {
    /// What is in a token of ours, valid or not.
    fn opened(&self, text: &[u8]) -> Option<Opened> {
        if !self.could_be(text) {
            return None;
        }
        let message = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (plain, stale) = self.0.open(&[], &message)?;
        let (id, record) = packed::read(&plain)?;
        Some(Opened { id, record, stale })
    }

    pub(super) fn new(keys: &KeyRing, scope: &Scope<'_>, entropy: Arc<dyn Entropy>) -> Self {
        Self(Envelope::new(keys, PURPOSE, &scope.parts(), entropy))
    }
}

impl Sealer for Encrypted {
    fn seal(&self, id: &[u8; 32], record: &Record) -> Result<String, NoEntropy> {
        let message = self.0.seal(&[], packed::size(record), |out| packed::write(id, record, out))?;
        Ok(URL_SAFE_NO_PAD.encode(message))
    }

    fn examine(&self, text: &[u8], now: Timestamp) -> Result<Opened, Shut> {
        let opened = self.opened(text).ok_or(Shut::Forged)?;
        let is_alive = is_alive(opened.record.meta(), now);
        opened.if_valid(is_alive)
    }

    fn could_be(&self, text: &[u8]) -> bool {
        (MIN_TEXT..=MAX_TEXT).contains(&text.len()) && is_base64url(text)
    }
}
