//! Sealed tokens carry everything, and nothing but a valid token of its scope opens.

mod bound;
mod carries;
mod shows;
mod tamper;

use std::sync::Arc;
use std::time::Duration;

use super::{Opened, Scope, Sealer, encrypted, signed};
use crate::clock::Timestamp;
use crate::keys::{KeyRing, SecretKey};
use crate::record::{Fields, Meta, Record};
use crate::testing::{FixedEntropy, Random};
use crate::token::Entropy;

const SCOPE: Scope<'static> = Scope { application: "shop", cookie: "__Host-id", path: "/", session: "Shop" };

const ID: [u8; 32] = *b"the id by which it is revoked...";

/// The present of these tests.
const NOW: Timestamp = Timestamp::from_millis(1_795_225_026_123);

/// A maker of sealers.
type Format = fn(&KeyRing, &Scope<'_>, Arc<dyn Entropy>) -> Box<dyn Sealer>;

const FORMATS: [(&str, Format); 2] = [("signed", signed), ("encrypted", encrypted)];

fn key(seed: u64) -> SecretKey {
    SecretKey::from_bytes(Random::new(seed).bytes(32)).unwrap()
}

fn ring() -> KeyRing {
    KeyRing::new(key(1))
}

fn entropy() -> Arc<dyn Entropy> {
    Arc::new(FixedEntropy::new(0))
}

/// Both formats under one key, in one scope.
fn sealers(scope: &Scope<'_>) -> impl Iterator<Item = (&'static str, Box<dyn Sealer>)> {
    let sealers = FORMATS.map(|(name, format)| (name, format(&ring(), scope, entropy())));
    sealers.into_iter()
}

/// A session of a quarter of an hour ago that has eight hours.
fn record(fields: &[(&str, &str)]) -> Record {
    let created = Timestamp::from_millis(NOW.as_millis() - 900_001);
    let mut meta =
        Meta::new(created, Duration::from_secs(1800), created.after(Duration::from_secs(8 * 3600)));
    meta.last_seen = Timestamp::from_millis(NOW.as_millis() - 17);
    Record::new(meta, fields.iter().copied().collect::<Fields>())
}
