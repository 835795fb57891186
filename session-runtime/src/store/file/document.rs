//! The content of a file: JSON that `jq` reads, and that keeps the values of fields byte for byte.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::record::json::JsonFields;
use crate::record::{Meta, OpId, Record, Renewal};
use crate::token::Key;

/// The format that is written. Files of a later one are left alone: a newer version of the application may run beside.
const FORMAT: u32 = 1;

/// What a file says.
#[derive(Debug)]
pub(super) enum Document {
    /// A session. `from`: it was moved from there, and counts only if the tombstone there says that it was moved here.
    Record { record: Record, from: Option<Key> },
    /// A dead id, until then. `to`: where its record was moved to.
    Tombstone { until: Timestamp, to: Option<Key> },
}

/// Why a file is no document for its key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Written by a version that is newer than this one.
    Newer,
    /// Not ours, or torn, or of another key.
    Corrupt,
}

#[derive(Serialize, Deserialize)]
struct Written<'a> {
    format: u32,
    /// Copied under another name, a file is not another session (T18).
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tombstone: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meta: Option<WrittenMeta>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    fields: Option<JsonFields<'a>>,
}

/// Times in milliseconds.
#[derive(Serialize, Deserialize)]
struct WrittenMeta {
    created: u64,
    /// Not there if the session still has the id that it was created with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<u64>,
    /// [`Renewal::to_text`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewed: Option<String>,
    authenticated: Option<u64>,
    last_seen: u64,
    idle: u64,
    expires: u64,
    remembered: bool,
    /// JSON in a string, so that it comes back as it was, whatever a tool makes of numbers.
    owner: Option<Box<str>>,
    /// Left out where no version is declared, and passed over by software that knows of none.
    #[serde(default, skip_serializing_if = "is_undeclared")]
    schema: u32,
    /// Hexadecimal: no tool keeps 128 bits in a number.
    last_op: String,
}

// serde hands over a reference
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_undeclared(schema: &u32) -> bool {
    *schema == 0
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The bytes of a record's file.
pub(super) fn record(key: &Key, record: &Record, from: Option<&Key>) -> serde_json::Result<Vec<u8>> {
    let meta = record.meta();
    let written = Written {
        format: FORMAT,
        key: key.to_hex(),
        tombstone: None,
        to: None,
        from: from.map(Key::to_hex),
        meta: Some(WrittenMeta {
            created: meta.created.as_millis(),
            issued: (meta.issued != meta.created).then(|| meta.issued.as_millis()),
            renewed: meta.renewed.as_deref().map(Renewal::to_text),
            authenticated: meta.authenticated.map(Timestamp::as_millis),
            last_seen: meta.last_seen.as_millis(),
            idle: u64::try_from(meta.idle.as_millis()).unwrap_or(u64::MAX),
            expires: meta.expires.as_millis(),
            remembered: meta.remembered,
            owner: meta.owner.clone(),
            schema: meta.schema,
            last_op: format!("{:032x}", meta.last_op.as_u128()),
        }),
        fields: Some(JsonFields::of(record.fields())?),
    };
    serde_json::to_vec(&written)
}

/// The bytes of a tombstone's file.
pub(super) fn tombstone(key: &Key, until: Timestamp, to: Option<&Key>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Written {
        format: FORMAT,
        key: key.to_hex(),
        tombstone: Some(until.as_millis()),
        to: to.map(Key::to_hex),
        from: None,
        meta: None,
        fields: None,
    })
}

/// What the file of `key` says. Nothing in it is trusted: it may be anybody's (T18).
pub(super) fn read(bytes: &[u8], key: &Key) -> Result<Document, Unreadable> {
    match serde_json::from_slice::<Written<'_>>(bytes) {
        Ok(written) if written.format == FORMAT => document(written, key).ok_or(Unreadable::Corrupt),
        _ => match serde_json::from_slice(bytes) {
            Ok(Format { format }) if format > FORMAT => Err(Unreadable::Newer),
            _ => Err(Unreadable::Corrupt),
        },
    }
}

fn document(written: Written<'_>, key: &Key) -> Option<Document> {
    if Key::from_hex(&written.key)? != *key {
        return None;
    }
    match (written.tombstone, written.meta, written.fields) {
        (Some(until), None, None) => {
            Some(Document::Tombstone { until: Timestamp::from_millis(until), to: optional_key(written.to)? })
        }
        (None, Some(meta), Some(fields)) => {
            let record = Record::new(meta.into_meta()?, fields.to_fields());
            Some(Document::Record { record, from: optional_key(written.from)? })
        }
        _ => None,
    }
}

/// `None` if what is there is no key.
#[allow(clippy::option_option, reason = "the outer one is a failure, the inner one the absence of a key")]
fn optional_key(hex: Option<String>) -> Option<Option<Key>> {
    hex.map_or(Some(None), |hex| Key::from_hex(&hex).map(Some))
}

impl WrittenMeta {
    fn into_meta(self) -> Option<Meta> {
        let time = Timestamp::from_millis;
        let mut meta = Meta::new(time(self.created), Duration::from_millis(self.idle), time(self.expires));
        meta.issued = self.issued.map_or(meta.created, time);
        // a text that is none of ours opens nothing
        meta.renewed = self.renewed.as_deref().and_then(Renewal::from_text).map(Box::new);
        meta.authenticated = self.authenticated.map(time);
        meta.last_seen = time(self.last_seen);
        meta.remembered = self.remembered;
        meta.owner = self.owner;
        meta.schema = self.schema;
        meta.last_op = OpId::from_u128(u128::from_str_radix(&self.last_op, 16).ok()?);
        Some(meta)
    }
}
