//! What a user's migration is given, and what it may say.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::field::{check_extra_key, to_json};
use crate::record::{Fields, Record};

/// The stored fields of a session that an earlier version of its type wrote, for the function that `migrate` names.
///
/// The function is given a copy, and decides what the session is read from. It must do nothing else, and the same each
/// time: it runs whenever such a session is loaded, until a request writes to it, and once more if another request was
/// first. It sees every field of the record, also those of sections (`cart.items`) and of `extra`.
///
/// ```
/// use session_runtime::{Migration, MigrationError, session};
///
/// #[session(version = 2, migrate = from_earlier)]
/// struct Shop {
///     cents: u64,
///     visits: u32,
/// }
///
/// /// Version 1 counted `hits`; the one before it, without a version, kept the total in euros.
/// fn from_earlier(session: &mut Migration) -> Result<(), MigrationError> {
///     if session.version() < 1 {
///         let euros = session.get::<u64>("euros")?.unwrap_or_default();
///         session.set("cents", &(euros * 100))?; // `euros` stays, for servers that still run that version
///     }
///     session.rename("hits", "visits")
/// }
/// ```
///
/// While servers of two versions run side by side, leave the fields that the earlier one reads, and write what is new to
/// other keys: what a server of the earlier version writes to a key that was renamed stays in the record, and nobody reads it.
///
/// A privilege is what the function makes of it. Give a `privileged` field no more than what was stored says; and to
/// drop one ends a right of somebody who is logged in. Of the owner this is checked: a function that makes somebody's session
/// nobody's, or nobody's somebody's, fails. So does one that changes who acts as whom in an impersonation, even in form alone.
///
/// An owner may be written in another form. Such a session is stored as it was migrated when it is loaded, so that
/// [`revoke_owner`](crate::Sessions::revoke_owner) and the like find it by the new form; one that nobody has loaded since is found
/// by the former one. Revoke by both, the former one first. No owner's new form may be another one's former.
pub struct Migration {
    version: u32,
    fields: BTreeMap<String, Field>,
    /// Keys that were asked for.
    read: RefCell<BTreeSet<String>>,
}

/// A field as it was stored and as it is.
struct Field {
    place: usize,
    stored: Option<Vec<u8>>,
    json: Option<Vec<u8>>,
}

impl Migration {
    pub(super) fn of(record: &Record) -> Self {
        let fields = record.fields().iter().enumerate().map(|(place, (key, json))| {
            let json = Some(json.to_vec());
            (key.to_owned(), Field { place, stored: json.clone(), json })
        });
        Self { version: record.meta().schema, fields: fields.collect(), read: RefCell::default() }
    }

    /// The version that wrote the session: 0 if its type declared none.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The value of a field; `None` if it is not there.
    ///
    /// # Errors
    /// What is stored is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, MigrationError> {
        let Some(json) = self.json(key) else { return Ok(None) };
        let wrong = |_| MigrationError::of(key, "it is stored as another type than was asked for");
        serde_json::from_slice(json).map(Some).map_err(wrong)
    }

    /// Whether there is such a field.
    pub fn contains(&self, key: &str) -> bool {
        self.json(key).is_some()
    }

    /// The keys of all fields.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.read.borrow_mut().extend(self.fields.keys().cloned());
        self.fields.iter().filter(|(_, field)| field.json.is_some()).map(|(key, _)| &**key)
    }

    /// Sets a field.
    ///
    /// # Errors
    /// JSON cannot carry the value, or no field can have that key.
    pub fn set<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), MigrationError> {
        let json = to_json(value).map_err(|_| MigrationError::of(key, "JSON cannot carry its new value"))?;
        self.put(key, Some(json))
    }

    /// Removes a field, if it is there.
    pub fn remove(&mut self, key: &str) {
        if let Some(field) = self.fields.get_mut(key) {
            field.json = None;
        }
    }

    /// Gives a field another key, if it is there. Its value is not looked at.
    ///
    /// # Errors
    /// There is a field of that key already, or no field can have it.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), MigrationError> {
        let Some(json) = self.json(from).map(<[u8]>::to_vec) else { return Ok(()) };
        if self.contains(to) {
            return Err(MigrationError::of(to, "another field is to be renamed to it, and it is there"));
        }
        self.put(to, Some(json))?;
        self.remove(from);
        Ok(())
    }

    fn json(&self, key: &str) -> Option<&[u8]> {
        let field = self.fields.get(key);
        // a value that is put in place was not read from the record
        if field.is_none_or(|field| field.json == field.stored) {
            self.read.borrow_mut().insert(key.to_owned());
        }
        field?.json.as_deref()
    }

    fn put(&mut self, key: &str, json: Option<Vec<u8>>) -> Result<(), MigrationError> {
        check_extra_key(key, None).map_err(|_| MigrationError::of(key, "no field can have this key"))?;
        let place = self.fields.len();
        self.fields.entry(key.to_owned()).or_insert(Field { place, stored: None, json: None }).json = json;
        Ok(())
    }

    /// The fields as they are, and the keys that were read or changed.
    pub(super) fn into_parts(self) -> (Fields, Vec<String>) {
        let mut touched = self.read.into_inner();
        let changed = self.fields.iter().filter(|(_, field)| field.json != field.stored);
        touched.extend(changed.map(|(key, _)| key.clone()));
        let mut fields: Vec<_> = self.fields.into_iter().collect();
        fields.sort_by_key(|(_, field)| field.place);
        let kept = fields.into_iter().filter_map(|(key, field)| Some((key, field.json?)));
        (kept.collect(), touched.into_iter().collect())
    }
}

impl fmt::Debug for Migration {
    /// Keys only: values may be secret (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.fields.keys().collect();
        f.debug_struct("Migration")
            .field("version", &self.version)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

/// Why a session cannot be migrated. It is for the log, so it is made of words of the program and names a field, and never holds
/// a value (T22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationError {
    field: Option<String>,
    why: &'static str,
}

impl MigrationError {
    /// Because of this.
    pub const fn new(why: &'static str) -> Self {
        Self { field: None, why }
    }

    fn of(field: &str, why: &'static str) -> Self {
        Self { field: Some(field.to_owned()), why }
    }
}

impl From<&'static str> for MigrationError {
    fn from(why: &'static str) -> Self {
        Self::new(why)
    }
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "field `{}`: {}", field.escape_debug(), self.why),
            None => f.write_str(self.why),
        }
    }
}

impl std::error::Error for MigrationError {}

/// A function that `migrate` can name.
#[diagnostic::on_unimplemented(
    message = "`migrate` needs a `fn(&mut Migration) -> Result<(), MigrationError>`",
    label = "this has another signature",
    note = "write `fn name(session: &mut Migration) -> Result<(), MigrationError>`, with both types from `session_runtime`"
)]
#[doc(hidden)]
pub trait Migrates: Sync {
    fn migrate(&self, session: &mut Migration) -> Result<(), MigrationError>;
}

#[diagnostic::do_not_recommend]
impl<F> Migrates for F
where
    F: Fn(&mut Migration) -> Result<(), MigrationError> + Sync,
{
    fn migrate(&self, session: &mut Migration) -> Result<(), MigrationError> {
        self(session)
    }
}

impl fmt::Debug for dyn Migrates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Migrates(..)")
    }
}
