//! `impl SessionData`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;

use crate::model::{Kind, Session};

use super::{fields::fields, lints};

/// ```text
/// impl SessionData for Cart {
///     type Root = Shop;
///     type Extractor = Session<Self>;
///     type Attempt = Attempt<Self>;
///     type Guarded<G: Gate<Self>> = Guarded<Self, G>;
///     const NAME: &'static str = "Cart";
///     const SECTION: Option<&'static str> = Some("cart");
///     const FIELDS: &'static [Field<Self>] = &[..];
/// }
/// ```
pub(super) fn session_data(session: &Session) -> TokenStream {
    let Session { ident, runtime, .. } = session;
    let name = ident.unraw().to_string();
    let gate = format_ident!("__SessionGate");
    let (root, section) = place(&session.kind);
    let (allow, fields) = (lints::in_impls(), fields(session));
    quote! {
        /// What a session keeps: its fields, their keys, and how they are reached.
        #[automatically_derived]
        #allow
        impl #runtime::SessionData for #ident {
            type Root = #root;
            type Extractor = #runtime::Session<Self>;
            type Attempt = #runtime::Attempt<Self>;
            type Guarded<#gate: #runtime::__private::Gate<Self>> = #runtime::__private::Guarded<Self, #gate>;
            const NAME: &'static ::core::primitive::str = #name;
            const SECTION: ::core::option::Option<&'static ::core::primitive::str> = #section;
            #fields
        }
    }
}

/// Root and section.
fn place(kind: &Kind) -> (TokenStream, TokenStream) {
    match kind {
        Kind::Root(_) => (quote!(Self), quote!(::core::option::Option::None)),
        Kind::Section { root, name } => (root.to_token_stream(), quote!(::core::option::Option::Some(#name))),
    }
}
