//! A field of a session struct.

use proc_macro2::Ident;
use syn::{Attribute, Expr, ExprPath, Type};

/// A named field.
pub(crate) struct Field {
    pub ident: Ident,
    pub ty: Type,
    /// Its `#[cfg(..)]`s, for every generated item that is about it.
    pub cfgs: Vec<Attribute>,
    /// `None`: the default of its type.
    pub default: Option<Expr>,
    pub place: Place,
    /// Whether it says to its owner which session this is.
    pub is_label: bool,
}

/// Where it lives.
pub(crate) enum Place {
    /// In the record, under `key`; a section's keys and aliases carry its name.
    Stored {
        key: String,
        aliases: Vec<String>,
        role: Role,
        /// In seconds; `None`: its values last as long as the session.
        ttl: Option<u64>,
    },
    /// Nowhere: for one request.
    Skipped,
    /// It is the map of the keys that nothing else claims.
    Extra,
}

/// What it is to the session.
pub(crate) enum Role {
    Plain(Merge),
    /// Survives a change of owner.
    Kept(Merge),
    /// A change rotates the id.
    Privileged,
    /// Whose session this is.
    Owner,
    /// Who is behind an impersonation.
    Impersonator,
}

/// What happens when two requests changed it.
pub(crate) enum Merge {
    LastWrite,
    Add,
    Max,
    Min,
    Union,
    Append,
    Reject,
    /// What this function makes of base, theirs and ours.
    With(ExprPath),
}
