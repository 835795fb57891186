//! Attributes of others that would be misunderstood on a session struct.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

/// Whether it is `#[session]`, also by a path, or as `name` says.
pub(crate) fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Whether it is `#[serde(..)]`.
pub(crate) fn is_serde(attr: &Attribute) -> bool {
    attr.path().is_ident("serde")
}

/// The `session` of `#[cfg_attr(.., session(..))]`.
pub(crate) fn session_in_cfg_attr(attr: &Attribute) -> Option<Ident> {
    let Meta::List(list) = &attr.meta else { return None };
    let at_top_level = |tokens: TokenStream| {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == "session" => Some(ident),
            _ => None,
        })
    };
    attr.path().is_ident("cfg_attr").then(|| at_top_level(list.tokens.clone())).flatten()
}

/// The paths in `#[derive(..)]`; `None` if it is another attribute.
pub(crate) fn derives(attr: &Attribute) -> Option<Punctuated<Path, Token![,]>> {
    if !attr.path().is_ident("derive") {
        return None;
    }
    attr.parse_args_with(Punctuated::parse_terminated).ok()
}

/// Whether a derived path is `Default`.
pub(crate) fn is_default(path: &Path) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == "Default")
}
