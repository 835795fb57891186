//! What generated code uses. Not part of the interface: it changes with the macros, in lock-step, without notice.

pub use crate::changes::{Merge, Sum as Difference, Typed};
pub use crate::cookie::rules::SameSite;
pub use crate::data::{Field, Policy};
pub use crate::field::{
    Access, Addable, Append, DecodeError, EncodeError, FieldDefault, Lasting, Marked, Max, Merged, Min,
    Notice, OwnerValue, Perishable, Policy as MergePolicy, Reject, Rest, Scratch, SessionField, Sum, Term,
    Timed, Union, Value, With, field_default, timed,
};
pub use crate::impersonation::Mark;
pub use crate::owners::WhenFull;
pub use crate::schema::Migrates;
pub use crate::session::gate::{
    Background, ByForm, Ever, Exempt, Foreground, Gate, Guarded, Holds, Is, Open, Probe, Redirect,
    Requirable, Required, Status, Text, The, Within, admitted, can_be_required, holds,
};
pub use crate::session::guard::{Attempting, Editing, Reading, attempt, edit, read};
pub use crate::store::kind::{EncryptedCookie, FieldFits, FieldMerges, FitsCookie, SignedCookie};
