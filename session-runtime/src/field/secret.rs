//! A value that must not be seen.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DecodeError, EncodeError, SessionField};

/// A session field that is not printed, and that no store keeps where the client can read it.
///
/// It is not `Serialize`, so it cannot slip into a response or a log inside another type. Stored bytes that no longer
/// decode make the session unusable for the request, rather than silently dropping the secret.
///
/// ```
/// use session_runtime::Secret;
///
/// let mut seed = Secret::new("JBSWY3DP".to_owned());
/// assert_eq!(format!("{seed:?}"), "Secret(..)");
/// seed.expose_mut().push_str("EHPK3PXP");
/// assert_eq!(seed.expose(), "JBSWY3DPEHPK3PXP");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, to be changed.
    pub const fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// Replaces the value.
    pub fn set(&mut self, value: T) {
        self.0 = value;
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<T> SessionField for Secret<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    const SECRET: bool = true;

    fn same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        super::json::write(&self.0, out)
    }

    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(json).map(Self).map_err(|_| DecodeError)
    }
}
