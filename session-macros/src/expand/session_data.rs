//! `impl SessionData`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Path;
use syn::ext::IdentExt as _;

use crate::model::{Kind, RuntimePath, Session};

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
    let Session { ident, runtime, adapter, .. } = session;
    let name = ident.unraw().to_string();
    let extracted = extracted(adapter.as_ref(), runtime);
    let (root, section) = place(&session.kind);
    let (allow, fields) = (lints::in_impls(), fields(session));
    quote! {
        /// What a session keeps: its fields, their keys, and how they are reached.
        #[automatically_derived]
        #allow
        impl #runtime::SessionData for #ident {
            type Root = #root;
            #extracted
            const NAME: &'static ::core::primitive::str = #name;
            const SECTION: ::core::option::Option<&'static ::core::primitive::str> = #section;
            #fields
        }
    }
}

/// What a framework extracts: our own types, or `my_sessions::Extracted` of each.
pub(super) fn extracted(adapter: Option<&Path>, runtime: &RuntimePath) -> TokenStream {
    let gate = format_ident!("__SessionGate");
    let wrap =
        |ours: TokenStream| adapter.map_or_else(|| ours.clone(), |path| quote!(#path::Extracted<#ours>));
    let session = wrap(quote!(#runtime::Session<Self>));
    let attempt = wrap(quote!(#runtime::Attempt<Self>));
    let guarded = wrap(quote!(#runtime::__private::Guarded<Self, #gate>));
    quote! {
        type Extractor = #session;
        type Attempt = #attempt;
        type Guarded<#gate: #runtime::__private::Gate<Self>> = #guarded;
    }
}

/// Root and section.
fn place(kind: &Kind) -> (TokenStream, TokenStream) {
    match kind {
        Kind::Root(_) => (quote!(Self), quote!(::core::option::Option::None)),
        Kind::Section { root, name } => (root.to_token_stream(), quote!(::core::option::Option::Some(#name))),
    }
}
