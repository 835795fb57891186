//! What must hold before a handler runs.

use proc_macro2::Ident;
use syn::{Pat, Type};

/// The guard of one session argument.
pub(crate) struct Guard {
    /// The field that must be set.
    pub require: Option<Ident>,
    /// In seconds.
    pub fresh: Option<u64>,
    pub refusal: Refusal,
    /// Whether the request is activity of the session's owner.
    pub activity: bool,
    /// What unsafe requests must prove; `None`: what the session type declares.
    pub csrf: Option<Csrf>,
}

/// What a handler says of its CSRF token.
#[derive(Clone, Copy)]
pub(crate) enum Csrf {
    /// It checks the one in the body itself.
    Form,
    /// It needs none.
    Exempt,
}

/// `handle: Session<Shop>`, beside a session argument that says what the request must prove.
pub(crate) struct Handle {
    /// Its place among the arguments.
    pub index: usize,
    /// What the body calls it.
    pub binding: Pat,
    /// The same as a mere name.
    pub name: Ident,
    /// `Session<Shop>`
    pub ty: Type,
    /// `Shop`
    pub data: Type,
}

/// `user: &UserId`
pub(crate) struct Inner {
    /// What the body calls it.
    pub binding: Pat,
    /// The same as a mere name.
    pub name: Ident,
    /// `&UserId`
    pub ty: Type,
    /// `UserId`; `None` if something has been reported, and the argument must still type-check.
    pub data: Option<Type>,
}

/// What a request is answered with for which a guard does not hold.
#[derive(Clone)]
pub(crate) enum Refusal {
    Status(u16),
    /// See Other, with this target.
    Redirect(String),
}
