//! The fields of a session struct: what a type must be able to do to be one, and how a field is reached.

mod access;
mod expiring;
mod extra;
mod flash;
mod json;
mod number;
mod policy;
mod secret;

pub use access::{Access, Marked, Merged, Rest, Scratch, Sum, Timed, Value, timed};
pub use expiring::{Expiring, Lasting, Perishable, Term};
pub(crate) use extra::{Claims, check_key as check_extra_key};
pub use extra::{Extra, ExtraError};
pub use flash::{Flash, Notice};
pub use number::Addable;
pub use policy::{Append, Appendable, Max, Min, Ordered, Policy, Reject, Union, Unitable, With};
pub use secret::Secret;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};

/// A type that a session field can have.
///
/// Implemented for every type that is `Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static`. Equality
/// must be structural: a field counts as changed when its value is not equal to the one that was loaded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a session",
    label = "a session field must be `Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static`",
    note = "derive what is missing: `#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]`",
    note = "or keep the field out of the store with `#[session(skip)]`",
    note = "a `Secret` is the type of a whole field: `Secret<Option<T>>`, not `Option<Secret<T>>`"
)]
pub trait SessionField: Clone + Send + Sync + 'static {
    /// Whether a value that no longer decodes makes the session unusable for the request, rather than being reset.
    #[doc(hidden)]
    const SECRET: bool = false;

    /// Whether the value is a message that is consumed by reading it, so that requests must not share it.
    #[doc(hidden)]
    const NOTICE: bool = false;

    /// Whether two values are the same.
    #[doc(hidden)]
    fn same(&self, other: &Self) -> bool;

    /// Appends the value as JSON.
    #[doc(hidden)]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads the value from JSON.
    #[doc(hidden)]
    fn decode(json: &[u8]) -> Result<Self, DecodeError>;

    /// What became of a message since it was loaded.
    #[doc(hidden)]
    fn notice(&self, _loaded: &Self) -> Option<Notice> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T> SessionField for T
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        json::write(self, out)
    }

    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(json).map_err(|_| DecodeError)
    }
}

/// The JSON of any value, refusing what JSON cannot carry.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    json::write(value, &mut out)?;
    Ok(out)
}

/// Why a value cannot be written. Without the value, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum EncodeError {
    /// The type's `Serialize` failed, such as for a map whose keys are not strings.
    NotJson,
    /// A number that is infinite or not a number; JSON has none.
    NotFinite,
    /// A value that lasts for a time which has not begun.
    NoDeadline,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotJson => "its `Serialize` gives no JSON",
            Self::NotFinite => "it holds a number that is not finite, which JSON cannot carry",
            Self::NoDeadline => "it was set, and not handed in",
        })
    }
}

/// Stored bytes that are not a value of the field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct DecodeError;

/// A type that has a default.
///
/// It is `Default` itself; that it has another name is what lets a missing one be reported in our words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default, which a session begins with",
    label = "a field of a session needs a default",
    note = "derive `Default`, or write `#[session(default = expr)]`"
)]
#[doc(hidden)]
pub trait FieldDefault {
    /// The default.
    fn field_default() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> FieldDefault for T {
    fn field_default() -> Self {
        Self::default()
    }
}

/// What a field of type `T` begins with if nothing else is declared.
#[doc(hidden)]
pub fn field_default<T: FieldDefault>() -> T {
    T::field_default()
}

/// A type that an `owner` field can have.
#[diagnostic::on_unimplemented(
    message = "an `owner` field must be an `Option`, and `{Self}` is not one",
    label = "`None` is what says that nobody is logged in",
    note = "write `Option<{Self}>`"
)]
pub trait OwnerValue: SessionField {
    /// Who it is, if anybody is.
    type Owner;

    /// What the field holds for this owner.
    #[doc(hidden)]
    fn of(owner: &Self::Owner) -> Self;
}

impl<T: Clone> OwnerValue for Option<T>
where
    Self: SessionField,
{
    type Owner = T;

    fn of(owner: &T) -> Self {
        Some(owner.clone())
    }
}

/// A type that a `label` field can have.
#[diagnostic::on_unimplemented(
    message = "a `label` field must be a text, and `{Self}` is not one",
    label = "the owner of several sessions tells them apart by this field",
    note = "write `String` or `Option<String>`"
)]
pub trait LabelValue {}

#[diagnostic::do_not_recommend]
impl LabelValue for String {}
#[diagnostic::do_not_recommend]
impl LabelValue for Option<String> {}

/// The JSON of an owner field that holds this owner.
///
/// # Errors
/// [`Kind::Unstorable`] when JSON cannot carry it.
pub(crate) fn owner_json<T: OwnerValue>(owner: &T::Owner) -> Result<String, Error> {
    let mut json = Vec::new();
    let encoded = T::of(owner).encode(&mut json);
    let text = encoded.and_then(|()| String::from_utf8(json).map_err(|_| EncodeError::NotJson));
    text.map_err(|why| {
        Error::new(Kind::Unstorable { field: "the owner".into(), why: why.to_string().into() })
    })
}
