//! Handlers: functions with session arguments.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, ImplItem, Pat, Signature, Token, Type, Visibility, token};

use super::{Csrf, Guard, Handle, Inner, RuntimePath};
use crate::parse::Body;

/// What `#[with_session]` stands on.
pub(crate) enum Handlers {
    Fn(Box<Handler>),
    Impl(ImplBlock),
    /// Not something that it can stand on, or without a session argument.
    Unchanged(TokenStream),
}

/// A function.
pub(crate) struct Handler {
    pub runtime: RuntimePath,
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub defaultness: Option<Token![default]>,
    /// As written, but for our marks on arguments, and without `inner`.
    pub sig: Signature,
    /// None: the function stays as it is.
    pub arguments: Vec<Argument>,
    /// The argument that has the value of the required field.
    pub inner: Option<Box<Inner>>,
    /// Handles that must be let in like the session arguments, and what the handler says of its token.
    pub handles: Option<(Csrf, Vec<Handle>)>,
    /// The type that the body gives, with `_` for what only the body knows; `None` if it says nothing.
    pub returns: Option<Type>,
    pub body: Body,
}

/// A session argument.
pub(crate) struct Argument {
    /// Its place among the arguments.
    pub index: usize,
    /// What the body calls it.
    pub binding: Pat,
    /// The same as a mere name.
    pub name: Ident,
    /// What the body has: `&_`, `&mut _`, `Option<&_>` or `Result<&_, E>`. What is extracted says that `_` is `T`; a
    /// `T` that is no session type is so reported once, in the signature.
    pub ty: Type,
    /// `T`
    pub data: Type,
    pub mode: Mode,
    /// What must hold before the handler runs.
    pub guard: Option<Guard>,
}

/// How the body has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Edit,
    Optional,
    Attempt,
    /// In a way that has been reported; it must still type-check.
    Mistaken,
}

/// An impl block, some of whose methods are handlers.
pub(crate) struct ImplBlock {
    /// Everything before the brace.
    pub head: TokenStream,
    pub brace: token::Brace,
    pub attrs: Vec<Attribute>,
    pub members: Vec<ImplMember>,
}

/// An item of an impl block.
pub(crate) enum ImplMember {
    Fn(Handler),
    Other(ImplItem),
}
