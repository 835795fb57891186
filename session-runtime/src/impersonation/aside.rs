//! What is put aside when an impersonation begins, and brought back when it ends: the administrator's fields, in one field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::CannotImpersonate;
use crate::changes::{FieldChange, Merge};
use crate::clock::Timestamp;
use crate::data::{Field, Role, SessionData};
use crate::error::{Error, Kind};
use crate::record::Record;
use crate::record::fields::Builder;

/// The value of the field, as stored: `{"user":7,"since":..,"version":2,"values":{"theme":"dark",..}}`.
///
/// When the administrator authenticated is not in it: that stays where it is, in the metadata.
#[derive(Serialize, Deserialize)]
pub(super) struct Aside<'a> {
    #[serde(borrow)]
    user: &'a RawValue,
    /// In milliseconds since 1970.
    since: u64,
    /// Of the session type, whose migrations do not reach what is in here; absent for 0.
    #[serde(default, skip_serializing_if = "is_unversioned")]
    version: u32,
    /// The fields, byte for byte.
    #[serde(borrow)]
    values: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

// serde calls it with a reference
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_unversioned(version: &u32) -> bool {
    *version == 0
}

impl Aside<'_> {
    pub(super) fn user(&self) -> &[u8] {
        self.user.get().as_bytes()
    }

    pub(super) const fn since(&self) -> Timestamp {
        Timestamp::from_millis(self.since)
    }
}

/// The keys that an impersonation is about; of each field, the present one first.
#[derive(Clone, Debug)]
pub(crate) struct Impersonation {
    mark: Vec<&'static str>,
    owner: Vec<&'static str>,
    /// It says which session this is to its owner, who is the administrator throughout.
    label: Vec<&'static str>,
}

/// The fields of one owner for those of another.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// What else is left of the fields.
    pub(crate) keep: Arc<[Cow<'static, str>]>,
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) values: Builder,
}

impl Impersonation {
    /// As declared on `S`; `None` if nobody can be impersonated in such sessions.
    pub(crate) fn of<S: SessionData>() -> Option<Self> {
        let find = |role| S::FIELDS.iter().find(|field| field.role == role);
        let label = S::FIELDS.iter().find(|field| field.is_label);
        Some(Self {
            mark: find(Role::Impersonator)?.keys().collect(),
            owner: find(Role::Owner)?.keys().collect(),
            label: label.into_iter().flat_map(Field::keys).collect(),
        })
    }

    /// Whether the record is of an impersonation.
    pub(crate) fn is_on(&self, record: &Record) -> bool {
        self.marked(record).is_some()
    }

    fn marked<'a>(&self, record: &'a Record) -> Option<&'a [u8]> {
        self.mark.iter().find_map(|key| record.fields().get(key)).filter(|json| *json != b"null")
    }

    /// The administrator's fields are put aside, and the session of `user` begins. `keep`: the keys of `keep` fields.
    ///
    /// # Errors
    /// [`Kind::Impersonation`]; [`Kind::Unstorable`] for a record that is not of JSON values.
    pub(crate) fn begin(
        &self,
        record: &Record,
        user: &str,
        now: Timestamp,
        keep: &[Cow<'static, str>],
    ) -> Result<Exchange, Error> {
        let refuse = |why| Err(Error::new(Kind::Impersonation(why)));
        let Some(owner) = record.meta().owner.as_deref() else {
            return refuse(CannotImpersonate::NotLoggedIn);
        };
        if self.is_on(record) {
            return refuse(CannotImpersonate::AlreadyImpersonating);
        }
        if owner == user {
            return refuse(CannotImpersonate::SameUser);
        }
        let is_own = |key: &str| !keep.iter().any(|kept| kept == key) && !self.mark.contains(&key);
        let own = record.fields().iter().filter(|(key, _)| is_own(key));
        let values = own.map(|(key, json)| Ok((Cow::Borrowed(key), raw(key, json)?)));
        let aside = Aside {
            user: raw("owner", owner.as_bytes())?,
            since: now.as_millis(),
            version: record.meta().schema,
            values: values.collect::<Result<_, Error>>()?,
        };
        let label = self.label.iter().copied().map(Cow::Borrowed);
        let mut exchange = Exchange::new(keep.iter().cloned().chain(label).collect());
        exchange.put(self.owner[0].into(), |out| {
            out.extend_from_slice(user.as_bytes());
            Ok(())
        })?;
        exchange.put(self.mark[0].into(), |out| serde_json::to_writer(out, &aside))?;
        Ok(exchange)
    }

    /// The administrator's fields come back, and those of the user go. What became a `keep` field since stays as it is.
    ///
    /// `None` if they are of another version of the session type than the record: then nobody can say what they mean in it,
    /// and the impersonation ends as at a logout.
    ///
    /// # Errors
    /// [`CannotImpersonate::NotImpersonating`]; [`Kind::Gone`] if what was put aside cannot be read.
    pub(crate) fn end(
        &self,
        record: &Record,
        keep: Arc<[Cow<'static, str>]>,
    ) -> Result<Option<Exchange>, Error> {
        let Some(mark) = self.marked(record) else {
            return Err(Error::new(Kind::Impersonation(CannotImpersonate::NotImpersonating)));
        };
        let gone = || Error::new(Kind::Gone);
        let aside: Aside<'_> = serde_json::from_slice(mark).map_err(|_| gone())?;
        if aside.version != record.meta().schema {
            return Ok(None);
        }
        let owner = record.meta().owner.as_deref().ok_or_else(gone)?;
        let mut exchange = Exchange::new(keep);
        // whose session it is was never in doubt: the metadata says so
        let copy = |out: &mut Vec<u8>, json: &str| {
            out.extend_from_slice(json.as_bytes());
            Ok(())
        };
        exchange.put(self.owner[0].into(), |out| copy(out, owner))?;
        for (key, json) in &aside.values {
            let is_known = self.owner.iter().chain(&self.mark).any(|known| known == key);
            if !is_known && !exchange.keep.contains(key) {
                exchange.put(key.clone().into_owned().into(), |out| copy(out, json.get()))?;
            }
        }
        Ok(Some(exchange))
    }
}

impl Exchange {
    fn new(keep: Arc<[Cow<'static, str>]>) -> Self {
        Self { keep, fields: Vec::new(), values: Builder::default() }
    }

    fn put(
        &mut self,
        key: Cow<'static, str>,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<(), Error> {
        let mut written = Ok(());
        let value = self.values.write(key.as_bytes(), |out| written = write(out));
        written.map_err(|_| unstorable(&key))?;
        self.fields.push(FieldChange { key, value: Some(value), merge: Merge::LastWrite });
        Ok(())
    }
}

fn raw<'a>(key: &str, json: &'a [u8]) -> Result<&'a RawValue, Error> {
    serde_json::from_slice(json).map_err(|_| unstorable(key))
}

fn unstorable(key: &str) -> Error {
    Error::new(Kind::Unstorable { field: key.to_owned().into(), why: "it is no JSON".into() })
}
