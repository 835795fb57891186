//! A session struct.

use proc_macro2::Ident;
use syn::{ExprPath, Generics, Path, Type, TypePath};

use super::{Field, RuntimePath};
use crate::check::SameSite;

/// A struct with `#[session]`.
pub(crate) struct Session {
    pub ident: Ident,
    pub runtime: RuntimePath,
    /// The module of an adapter that `session_adapter!` made; `None`: the framework knows our own types.
    pub adapter: Option<Path>,
    pub kind: Kind,
    pub fields: Vec<Field>,
}

/// Whose record it lives in.
pub(crate) enum Kind {
    /// Its own, with this policy.
    Root(Policy),
    /// Another's, under keys that begin with `name`.
    Section { root: TypePath, name: String },
}

/// What was declared; the rest is `Policy::DEFAULT` of the runtime.
#[derive(Default)]
pub(crate) struct Policy {
    pub cookie: Option<String>,
    /// In seconds, as the other four.
    pub idle: Option<u64>,
    pub absolute: Option<u64>,
    pub remember: Option<u64>,
    pub renew: Option<u64>,
    pub grace: Option<u64>,
    pub same_site: Option<SameSite>,
    pub path: Option<String>,
    pub domain: Option<String>,
    pub secure: Option<bool>,
    pub http_only: Option<bool>,
    pub partitioned: Option<bool>,
    pub persistent: Option<bool>,
    pub require_https: Option<bool>,
    pub csrf: Option<bool>,
    pub version: Option<u32>,
    /// What makes a session of this version of an earlier one's.
    pub migrate: Option<ExprPath>,
    pub max_sessions: Option<usize>,
    pub when_full: Option<WhenFull>,
}

/// What happens to a login of somebody who has as many sessions as they may.
#[derive(Clone, Copy)]
pub(crate) enum WhenFull {
    EvictOldest,
    RejectNew,
}

/// What is known of a struct with mistakes: enough for the handlers that name it.
pub(crate) struct Outline<'a> {
    pub ident: &'a Ident,
    pub generics: &'a Generics,
    pub runtime: RuntimePath,
    pub adapter: Option<&'a Path>,
    /// What `within` names.
    pub root: Option<&'a TypePath>,
    /// The type of its owner.
    pub owner: Option<&'a Type>,
    /// Whether a field has `impersonator`.
    pub impersonates: bool,
    /// Whether `remember` was written.
    pub remembers: bool,
}
