//! `impl Default`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::model::{Field, RuntimePath, Session};

use super::lints;
use super::spans::reported_at;

/// ```text
/// impl Default for Shop {
///     #[inline]
///     fn default() -> Self {
///         Self { visits: field_default::<u32>(), theme: Theme::Dark }
///     }
/// }
/// ```
pub(super) fn default(session: &Session) -> TokenStream {
    let Session { ident, runtime, fields, .. } = session;
    let allow = lints::in_impls();
    let values = fields.iter().map(|field| value(field, runtime));
    quote! {
        /// What a session begins with: of each field the declared default, or that of its type.
        #[automatically_derived]
        #allow
        impl ::core::default::Default for #ident {
            #[inline]
            fn default() -> Self {
                Self { #(#values)* }
            }
        }
    }
}

fn value(field: &Field, runtime: &RuntimePath) -> TokenStream {
    let Field { ident, ty, cfgs, default, .. } = field;
    let value = default.as_ref().map_or_else(
        // at the type, which is where rustc reports that it has no default
        || reported_at(ty, quote!(#runtime::__private::field_default::<#ty>())),
        ToTokens::to_token_stream,
    );
    quote!(#(#cfgs)* #ident: #value,)
}
