//! What a type with mistakes gets instead: the same impls without content, so that handlers which name the type still
//! compile and the mistakes are the only errors.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{GenericParam, parse_quote};

use super::session_data::extracted;
use crate::model::{Outline, RuntimePath};

/// The impls; none of them needs anything of the fields.
pub(crate) fn stub(outline: &Outline<'_>) -> TokenStream {
    let Outline { ident, runtime, .. } = outline;
    let name = ident.unraw().to_string();
    let extracted = extracted(outline.adapter, runtime);
    let (params, subject) = generics(outline);
    let root = outline.root.map_or_else(|| quote!(Self), ToTokens::to_token_stream);
    let default = default(&params, &subject);
    let as_root = root_impls(outline, &params, &subject);
    quote! {
        #default
        impl #params #runtime::SessionData for #subject {
            type Root = #root;
            #extracted
            const NAME: &'static ::core::primitive::str = #name;
            const SECTION: ::core::option::Option<&'static ::core::primitive::str> = ::core::option::Option::None;
            const FIELDS: &'static [#runtime::__private::Field<Self>] = &[];
        }
        #as_root
    }
}

/// ```text
/// impl Default for Shop { fn default() -> Self { loop {} } }
/// ```
fn default(params: &TokenStream, subject: &TokenStream) -> TokenStream {
    quote! {
        impl #params ::core::default::Default for #subject {
            fn default() -> Self { loop {} }
        }
    }
}

/// ```text
/// impl RootSession for Shop { const POLICY: Policy = Policy::DEFAULT; }
/// impl Remembers for Shop {}
/// impl Owned for Shop { type Field = Option<UserId>; }
/// impl Impersonates for Shop {}
/// impl FitsCookie<EncryptedCookie> for Shop {}
/// impl FitsCookie<SignedCookie> for Shop {}
/// ```
fn root_impls(outline: &Outline<'_>, params: &TokenStream, subject: &TokenStream) -> TokenStream {
    let runtime: &RuntimePath = &outline.runtime;
    if outline.root.is_some() {
        return TokenStream::new();
    }
    let remembers = outline.remembers.then(|| quote!(impl #params #runtime::Remembers for #subject {}));
    let owned =
        outline.owner.map(|ty| quote!(impl #params #runtime::Owned for #subject { type Field = #ty; }));
    let impersonates = (outline.impersonates && outline.owner.is_some())
        .then(|| quote!(impl #params #runtime::Impersonates for #subject {}));
    quote! {
        impl #params #runtime::RootSession for #subject {
            const POLICY: #runtime::__private::Policy = #runtime::__private::Policy::DEFAULT;
        }
        #remembers
        #owned
        #impersonates
        impl #params #runtime::__private::FitsCookie<#runtime::__private::EncryptedCookie> for #subject {}
        impl #params #runtime::__private::FitsCookie<#runtime::__private::SignedCookie> for #subject {}
    }
}

/// Parameters are a mistake too; the impls are then for what `SessionData` can be: `<T: Send + Sync + 'static>` and
/// `Shop<'static, T>`.
fn generics(outline: &Outline<'_>) -> (TokenStream, TokenStream) {
    let ident = outline.ident;
    let mut generics = outline.generics.clone();
    let (_, _, where_clause) = outline.generics.split_for_impl();
    let arguments: Vec<TokenStream> = generics.params.iter().map(argument).collect();
    generics.params =
        generics.params.into_iter().filter(|p| !matches!(p, GenericParam::Lifetime(_))).collect();
    for param in generics.type_params_mut() {
        param.bounds.extend::<[syn::TypeParamBound; 3]>([
            parse_quote!(::core::marker::Send),
            parse_quote!(::core::marker::Sync),
            parse_quote!('static),
        ]);
    }
    let (params, _, _) = generics.split_for_impl();
    let arguments = (!arguments.is_empty()).then(|| quote!(<#(#arguments),*>));
    (params.to_token_stream(), quote!(#ident #arguments #where_clause))
}

fn argument(param: &GenericParam) -> TokenStream {
    match param {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
    }
}
