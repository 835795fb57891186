//! What generated code uses. Not part of the interface: it changes with the macros, in lock-step, without notice.

pub use crate::changes::{Merge, Sum as Difference};
pub use crate::cookie::rules::SameSite;
pub use crate::data::{Field, Policy};
pub use crate::field::{
    Access, Addable, DecodeError, EncodeError, FieldDefault, Notice, Owner, OwnerValue, Rest, Scratch,
    SessionField, Sum, Value, field_default,
};
pub use crate::session::guard::{Attempting, Editing, Reading, attempt, edit, read};
