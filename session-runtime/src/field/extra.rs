//! The dictionary side of a session: every key that no field claims.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 128;

/// A field marked `#[session(extra)]`: keys and JSON values that no other field, alias or section claims.
///
/// Keys merge one by one: two requests that set different keys both keep their own.
///
/// ```
/// use session_runtime::Extra;
///
/// let mut extra = Extra::default();
/// extra.set("last_visit", 1_795_225_710_u64)?;
/// extra.update([("lang", "de"), ("unit", "km")])?;
/// assert_eq!(extra.get::<String>("lang")?.as_deref(), Some("de"));
/// assert_eq!(extra.get::<u64>("missing")?, None);
/// assert_eq!(extra.pop::<String>("unit")?.as_deref(), Some("km"));
/// assert!(extra.contains("lang") && !extra.contains("unit"));
/// assert_eq!(extra.keys().collect::<Vec<_>>(), ["lang", "last_visit"]);
/// extra.clear();
/// assert!(extra.is_empty());
/// # Ok::<(), session_runtime::ExtraError>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    values: BTreeMap<String, Value>,
    claims: Option<Arc<Claims>>,
}

/// The keys that are not free.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// Keys and aliases of the root's fields.
    pub(crate) keys: Vec<&'static str>,
    /// Names of the sections, whose keys are `name.key`.
    pub(crate) sections: Vec<&'static str>,
}

impl Claims {
    pub(crate) fn claims(&self, key: &str) -> bool {
        let section = |name: &&str| key.strip_prefix(*name).is_some_and(|rest| rest.starts_with('.'));
        self.keys.contains(&key) || self.sections.iter().any(section)
    }
}

/// Why a key or a value does not fit into [`Extra`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtraError {
    /// A field, an alias or a section has this key.
    Claimed,
    /// The key is empty, has control characters, or is longer than 128 bytes.
    BadKey,
    /// The value cannot be written as JSON.
    Unstorable,
    /// The stored value is of another type.
    WrongType,
}

impl fmt::Display for ExtraError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claimed => "a field, an alias or a section of the session has this key",
            Self::BadKey => "a key has 1 to 128 bytes and no control characters",
            Self::Unstorable => "the value cannot be written as JSON",
            Self::WrongType => "the stored value is of another type",
        })
    }
}

impl std::error::Error for ExtraError {}

impl Extra {
    /// The value under `key`.
    ///
    /// # Errors
    /// [`ExtraError::WrongType`] if it is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ExtraError> {
        self.values.get(key).map(T::deserialize).transpose().map_err(|_| ExtraError::WrongType)
    }

    /// The JSON value under `key`.
    pub fn get_value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Sets `key` to `value`.
    ///
    /// # Errors
    /// [`ExtraError::Claimed`], [`ExtraError::BadKey`] or [`ExtraError::Unstorable`]; then nothing is changed.
    pub fn set<T: Serialize>(&mut self, key: impl Into<String>, value: T) -> Result<(), ExtraError> {
        let key = key.into();
        self.check(&key)?;
        let mut json = Vec::new();
        super::json::write(&value, &mut json).map_err(|_| ExtraError::Unstorable)?;
        let json = serde_json::from_slice(&json).map_err(|_| ExtraError::Unstorable)?;
        self.values.insert(key, json);
        Ok(())
    }

    /// Sets several keys.
    ///
    /// # Errors
    /// As [`set`](Self::set); keys before the one that fails are set.
    pub fn update<K: Into<String>, T: Serialize>(
        &mut self,
        entries: impl IntoIterator<Item = (K, T)>,
    ) -> Result<(), ExtraError> {
        entries.into_iter().try_for_each(|(key, value)| self.set(key, value))
    }

    /// Removes `key` and returns its value.
    ///
    /// # Errors
    /// [`ExtraError::WrongType`] if it is not a `T`; then it stays.
    pub fn pop<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, ExtraError> {
        let value = self.get(key)?;
        self.values.remove(key);
        Ok(value)
    }

    /// Removes `key`, and says whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.values.remove(key).is_some()
    }

    /// Whether there is a value under `key`.
    pub fn contains(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Removes every key. Fields and sections are not in here, and stay.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether `key` may be used here. A value of this type that no session handed out does not know the claims yet;
    /// the commit checks again.
    fn check(&self, key: &str) -> Result<(), ExtraError> {
        check_key(key, self.claims.as_deref())
    }

    pub(crate) fn attach(&mut self, claims: &Arc<Claims>) {
        self.claims = Some(Arc::clone(claims));
    }

    /// Takes in a stored value.
    pub(crate) fn read(&mut self, key: &str, json: &[u8]) -> Result<(), super::DecodeError> {
        let value = serde_json::from_slice(json).map_err(|_| super::DecodeError)?;
        self.values.insert(key.to_owned(), value);
        Ok(())
    }

    /// Takes over the keys that differ between `base` and `ours`.
    pub(crate) fn take_over(&mut self, base: &Self, ours: &Self) {
        for (key, value) in ours.changes(base) {
            match value {
                Some(value) => drop(self.values.insert(key.to_owned(), value.clone())),
                None => drop(self.values.remove(key)),
            }
        }
    }

    /// The keys whose values differ from `loaded`, with the new JSON; `None` for a removed key.
    pub(crate) fn changes<'a>(
        &'a self,
        loaded: &'a Self,
    ) -> impl Iterator<Item = (&'a str, Option<&'a Value>)> {
        let set = self.iter().filter(|(key, value)| loaded.get_value(key) != Some(*value));
        let gone = loaded.keys().filter(|key| !self.contains(key));
        set.map(|(key, value)| (key, Some(value))).chain(gone.map(|key| (key, None)))
    }
}

pub(crate) fn check_key(key: &str, claims: Option<&Claims>) -> Result<(), ExtraError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES || key.chars().any(char::is_control) {
        Err(ExtraError::BadKey)
    } else if claims.is_some_and(|claims| claims.claims(key)) {
        Err(ExtraError::Claimed)
    } else {
        Ok(())
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl fmt::Debug for Extra {
    /// Keys only: values may be secret (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}
