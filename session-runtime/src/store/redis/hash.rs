//! What the hash of a record holds.
//!
//! Fields of the session are under `f.`, each its JSON; metadata is under `@`. So no field's name is special (PA-35), and
//! `HGETALL` shows all of it. Times are milliseconds since 1970. `@ops` names the last writes, the newest first, in
//! hexadecimal. A tombstone is a hash too: `@until`, and where the record went, `@to`.

use std::borrow::Cow;
use std::time::Duration;

use redis::Value;

use crate::clock::Timestamp;
use crate::record::{Fields, Meta, OpId, Record, Renewal};
use crate::token::Key;

/// The format that is written. Records of a later one are left alone: a newer version of the application may run beside.
const FORMAT: u64 = 1;

/// What is before a field's name.
const FIELD: &str = "f.";

/// A record remembers so many writes: as many as `lua/record.lua` says.
const OPS: usize = 8;

/// What a hash comes to.
#[derive(Debug)]
pub(super) enum Kept {
    Record(Record),
    /// A dead id, until then. `to`: where its record was moved to.
    Tombstone {
        until: Timestamp,
        to: Option<Key>,
    },
    Nothing,
    /// Written by a version that is newer than this one.
    Newer,
    /// Not ours.
    Foreign,
}

/// Reads the reply to `HGETALL`. Nothing in it is trusted: it may be anybody's (T26).
pub(super) fn read(reply: Value) -> Kept {
    let Ok(pairs) = reply.into_map_iter() else { return Kept::Foreign };
    let mut hash = Hash::default();
    for (name, value) in pairs {
        let (Value::BulkString(name), Value::BulkString(value)) = (name, value) else { return Kept::Foreign };
        let Ok(name) = String::from_utf8(name) else { return Kept::Foreign };
        match name.strip_prefix(FIELD) {
            Some(field) if value.is_empty() || field.len() > usize::from(u16::MAX) => return Kept::Foreign,
            Some(field) => hash.fields.push((field.to_owned(), value)),
            None => hash.meta.push((name, value)),
        }
    }
    hash.read()
}

#[derive(Default)]
struct Hash {
    meta: Vec<(String, Vec<u8>)>,
    fields: Vec<(String, Vec<u8>)>,
}

impl Hash {
    fn read(self) -> Kept {
        if self.meta.is_empty() && self.fields.is_empty() {
            return Kept::Nothing;
        }
        match self.number("@format") {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => return Kept::Newer,
            _ => return Kept::Foreign,
        }
        if self.text("@until").is_some() {
            return self.tombstone().unwrap_or(Kept::Foreign);
        }
        self.record().map_or(Kept::Foreign, Kept::Record)
    }

    fn tombstone(&self) -> Option<Kept> {
        if self.text("@created").is_some() {
            return None;
        }
        let to = match self.text("@to") {
            None => None,
            Some(to) => Some(Key::from_hex(to)?),
        };
        let until = self.number("@until").map(Timestamp::from_millis)?;
        Some(Kept::Tombstone { until, to })
    }

    fn record(self) -> Option<Record> {
        let time = |name| self.number(name).map(Timestamp::from_millis);
        let idle = Duration::from_millis(self.number("@idle")?);
        let mut meta = Meta::new(time("@created")?, idle, time("@expires")?);
        meta.last_seen = time("@last_seen")?;
        // the scripts do not read these two. An id that is taken for older than it is is renewed early, and a text that is
        // none of ours opens nothing
        meta.issued = time("@issued").unwrap_or(meta.created);
        meta.renewed = self.text("@renewed").and_then(Renewal::from_text).map(Box::new);
        meta.authenticated = match self.text("@authenticated") {
            None => None,
            Some(_) => Some(time("@authenticated")?),
        };
        meta.remembered = match self.text("@remembered")? {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        meta.owner = self.text("@owner").map(Into::into);
        meta.schema = match self.text("@schema") {
            None => 0,
            Some(_) => u32::try_from(self.number("@schema")?).ok()?,
        };
        meta.last_op = ops(self.text("@ops")?)?;
        Some(Record::new(meta, self.fields.into_iter().collect::<Fields>()))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.meta.iter().find(|(held, _)| held == name)?;
        std::str::from_utf8(value).ok()
    }

    /// A number as we write it, and no other spelling of it: the scripts compare texts.
    fn number(&self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let number = text.parse::<u64>().ok()?;
        (number.to_string() == text).then_some(number)
    }
}

/// The newest of the operations, if all of them are some.
fn ops(text: &str) -> Option<OpId> {
    let mut names = text.split(' ').map(|name| {
        let is_ours = name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        u128::from_str_radix(name, 16).ok().filter(|_| is_ours)
    });
    let newest = names.next()??;
    let mut count = 1;
    for name in names {
        name?;
        count += 1;
    }
    (count <= OPS).then(|| OpId::from_u128(newest))
}

/// How an operation is called.
pub(super) fn op(id: OpId) -> String {
    format!("{:032x}", id.as_u128())
}

/// The name of a field in the hash.
pub(super) fn field(key: &str) -> String {
    [FIELD, key].concat()
}

/// Milliseconds, as they are written.
pub(super) fn millis(time: Timestamp) -> String {
    time.as_millis().to_string()
}

/// The same of a duration; one that is too long for the clock is as long as the clock goes.
pub(super) fn duration(duration: Duration) -> String {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).to_string()
}

/// A new record, as `lua/create.lua` wants it.
///
/// # Errors
/// The name of a field whose value is empty, and so no JSON: it would read as no field.
pub(super) fn creation(record: &Record) -> Result<Vec<Cow<'_, [u8]>>, String> {
    let meta = record.meta();
    let owned = |text: String| Cow::<[u8]>::Owned(text.into_bytes());
    let mut out = vec![
        owned(op(meta.last_op)),
        owned(millis(meta.last_seen)),
        owned(duration(meta.idle)),
        owned(millis(meta.expires)),
    ];
    let mut pair = |name: &'static str, value| out.extend([Cow::Borrowed(name.as_bytes()), value]);
    pair("@created", owned(millis(meta.created)));
    pair("@remembered", Cow::Borrowed(flag(meta.remembered).as_bytes()));
    if meta.issued != meta.created {
        pair("@issued", owned(millis(meta.issued)));
    }
    if let Some(renewed) = &meta.renewed {
        pair("@renewed", owned(renewed.to_text()));
    }
    if let Some(authenticated) = meta.authenticated {
        pair("@authenticated", owned(millis(authenticated)));
    }
    if let Some(owner) = &meta.owner {
        pair("@owner", Cow::Borrowed(owner.as_bytes()));
    }
    if meta.schema != 0 {
        pair("@schema", owned(meta.schema.to_string()));
    }
    for (key, json) in record.fields().iter() {
        if json.is_empty() {
            return Err(key.to_owned());
        }
        out.extend([owned(field(key)), Cow::Borrowed(json)]);
    }
    Ok(out)
}

pub(super) const fn flag(is: bool) -> &'static str {
    if is { "1" } else { "0" }
}
