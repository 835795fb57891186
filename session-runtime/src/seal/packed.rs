//! A session in few bytes, filled up so that its length tells little (T19).
//!
//! ```text
//! id (32) ‖ flags (1) ‖ created ‖ authenticated ‖ last seen ‖ idle ‖ expires (8 each) ‖ length of the owner (4) ‖ owner
//! ‖ count of fields (4) ‖ for each: length of the key (2), of the value (4), key, value ‖ issued (8), if that was later than
//! created ‖ renewed: key (32), nonce (32), until (8), if it was ‖ zeros to a multiple of 64
//! ```
//!
//! The version of the session type, if one is declared, stands among the fields, under [`SCHEMA`]: software that knows of no
//! versions reads such a record, and hands the field on.
//!
//! Times in milliseconds, numbers little endian. Only what was decrypted is read, yet nothing in it is taken for granted.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, Record, Renewal};
use crate::token::Key;

/// Lengths are multiples of this many bytes: sizes of secrets that differ by less are mostly equal, at the price of 32
/// bytes in the mean.
const STEP: usize = 64;

/// Bytes before the owner, and between owner and fields.
const FIXED: usize = 32 + 1 + 5 * 8 + 4 + 4;

/// The key of the version. No field has it, since none has a control character in its key.
const SCHEMA: &str = "\0schema";

/// Bytes of an empty session.
pub(super) const MIN: usize = FIXED.next_multiple_of(STEP);

const AUTHENTICATED: u8 = 1;
const REMEMBERED: u8 = 2;
const OWNED: u8 = 4;
const ISSUED: u8 = 8;
const RENEWED: u8 = 16;

/// Bytes of what is there only after a rotation.
const ISSUED_BYTES: usize = 8;
const RENEWED_BYTES: usize = 32 + 32 + 8;

/// Bytes that [`write`] writes.
pub(super) fn size(record: &Record) -> usize {
    let owner = record.meta().owner.as_ref().map_or(0, |owner| owner.len());
    let schema = schema(record).map_or(0, |json| Fields::OVERHEAD + SCHEMA.len() + json.len());
    (FIXED + owner + schema + record.fields().size() + rotated(record.meta())).next_multiple_of(STEP)
}

fn rotated(meta: &Meta) -> usize {
    let issued = if meta.issued == meta.created { 0 } else { ISSUED_BYTES };
    issued + if meta.renewed.is_some() { RENEWED_BYTES } else { 0 }
}

/// Appends a session.
pub(super) fn write(id: &[u8; 32], record: &Record, out: &mut Vec<u8>) {
    let start = out.len();
    let meta = record.meta();
    out.extend_from_slice(id);
    let flag = |flag, set| if set { flag } else { 0 };
    let (authenticated, owner) = (meta.authenticated, meta.owner.as_deref());
    out.push(
        flag(AUTHENTICATED, authenticated.is_some())
            | flag(REMEMBERED, meta.remembered)
            | flag(OWNED, owner.is_some())
            | flag(ISSUED, meta.issued != meta.created)
            | flag(RENEWED, meta.renewed.is_some()),
    );
    let idle = u64::try_from(meta.idle.as_millis()).unwrap_or(u64::MAX);
    let (created, authenticated) = (meta.created.as_millis(), authenticated.unwrap_or_default().as_millis());
    for time in [created, authenticated, meta.last_seen.as_millis(), idle, meta.expires.as_millis()] {
        out.extend_from_slice(&time.to_le_bytes());
    }
    let owner = owner.unwrap_or_default();
    out.extend_from_slice(&length(owner.len()));
    out.extend_from_slice(owner.as_bytes());
    let schema = schema(record);
    let schema = schema.as_ref().map(|json| (SCHEMA.as_bytes(), json.as_bytes()));
    out.extend_from_slice(&length(record.fields().raw().count() + usize::from(schema.is_some())));
    for (key, value) in schema.into_iter().chain(record.fields().raw()) {
        // a key has at most 65,535 bytes, or it would not be in a record
        out.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
        out.extend_from_slice(&length(value.len()));
        out.extend_from_slice(key);
        out.extend_from_slice(value);
    }
    if meta.issued != meta.created {
        out.extend_from_slice(&meta.issued.as_millis().to_le_bytes());
    }
    if let Some(renewed) = &meta.renewed {
        out.extend_from_slice(renewed.from.as_bytes());
        out.extend_from_slice(&renewed.nonce);
        out.extend_from_slice(&renewed.until.as_millis().to_le_bytes());
    }
    out.resize(start + (out.len() - start).next_multiple_of(STEP), 0);
}

/// What [`write`] wrote; `None` for anything else.
pub(super) fn read(bytes: &[u8]) -> Option<([u8; 32], Record)> {
    #[cfg(test)]
    crate::mac::probe::READS.with(|reads| reads.set(reads.get() + 1));
    let mut rest = Reader(bytes);
    let id = rest.array()?;
    let [flags] = rest.array()?;
    let created = rest.time()?;
    let authenticated = rest.time()?;
    let last_seen = rest.time()?;
    let idle = Duration::from_millis(rest.time()?.as_millis());
    let mut meta = Meta::new(created, idle, rest.time()?);
    meta.last_seen = last_seen;
    meta.authenticated = (flags & AUTHENTICATED != 0).then_some(authenticated);
    meta.remembered = flags & REMEMBERED != 0;
    let owner = rest.length()?;
    let owner = std::str::from_utf8(rest.take(owner)?).ok()?;
    meta.owner = (flags & OWNED != 0).then(|| owner.into());
    let count = rest.length()?;
    let mut fields = Builder::with_capacity(rest.0.len());
    for _ in 0..count {
        let key = usize::from(u16::from_le_bytes(rest.array()?));
        let value = rest.length()?;
        let key = std::str::from_utf8(rest.take(key)?).ok()?;
        let value = rest.take(value)?;
        if key == SCHEMA {
            meta.schema = std::str::from_utf8(value).ok()?.parse().ok()?;
        } else {
            fields.push(key.as_bytes(), value);
        }
    }
    if flags & ISSUED != 0 {
        meta.issued = rest.time()?;
    }
    if flags & RENEWED != 0 {
        let (from, nonce) = (Key::of_hash(rest.array()?), rest.array()?);
        meta.renewed = Some(Box::new(Renewal { from, nonce, until: rest.time()? }));
    }
    let is_whole = bytes.len().is_multiple_of(STEP);
    let is_filled = is_whole && rest.0.len() < STEP && rest.0.iter().all(|byte| *byte == 0);
    is_filled.then(|| (id, Record::new(meta, fields.finish())))
}

/// The version, if one is declared.
fn schema(record: &Record) -> Option<String> {
    let schema = record.meta().schema;
    (schema != 0).then(|| schema.to_string())
}

/// The 4 bytes of a length. A cookie has 4096, so none is cut.
fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.array()?)).ok()
    }

    fn time(&mut self) -> Option<Timestamp> {
        Some(Timestamp::from_millis(u64::from_le_bytes(self.array()?)))
    }
}
