//! `impl FitsCookie`: which cookie stores can keep the session; and `impl Owned` and `Impersonates`: whose
//! sessions they are.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Field, Kind, Merge, Place, Role, Session};

use super::lints;

/// ```text
/// impl<Kind> FitsCookie<Kind> for Shop where u32: FieldFits<Kind>, u32: FieldMerges<Kind> {}
/// ```
///
/// A bound cannot have a `cfg`, so a field behind one has no bound, and is looked at when the application starts.
pub(super) fn fits_cookie(session: &Session) -> TokenStream {
    let Session { ident, runtime, kind, fields, .. } = session;
    if let Kind::Section { .. } = kind {
        // its root alone names the store
        return TokenStream::new();
    }
    let param = format_ident!("__SessionStoreKind");
    // what is put aside with an impersonator is what the other fields hold
    let is_bound = |place: &Place| match place {
        Place::Stored { role, .. } => !matches!(role, Role::Impersonator),
        Place::Skipped | Place::Extra => false,
    };
    let bound = |field: &&Field| field.cfgs.is_empty() && is_bound(&field.place);
    let types = fields.iter().filter(bound).map(|field| &field.ty);
    let merged = fields.iter().filter(bound).filter(|field| has_policy(field)).map(|field| &field.ty);
    let allow = lints::in_impls();
    quote! {
        /// A store that keeps sessions in their cookies can have it, if it can have every field.
        #[automatically_derived]
        #allow
        impl<#param> #runtime::__private::FitsCookie<#param> for #ident
        where
            #(#types: #runtime::__private::FieldFits<#param>,)*
            #(#merged: #runtime::__private::FieldMerges<#param>,)*
        {}
    }
}

/// Whether another change of the field is met by a policy that takes a store which can compare.
fn has_policy(field: &Field) -> bool {
    matches!(
        &field.place,
        Place::Stored { role: Role::Plain(merge) | Role::Kept(merge), .. } if !matches!(merge, Merge::LastWrite)
    )
}

/// ```text
/// impl Owned for Shop { type Field = Option<UserId>; }
/// ```
///
/// Of several owners, each has a `cfg`, and one of them is there.
pub(super) fn owned(session: &Session) -> TokenStream {
    let Session { ident, runtime, fields, .. } = session;
    let is_owner = |field: &&Field| matches!(field.place, Place::Stored { role: Role::Owner, .. });
    let owned = fields.iter().filter(is_owner).map(|Field { ty, cfgs, .. }| {
        quote! {
            /// Whose session it is.
            #(#cfgs)*
            #[automatically_derived]
            impl #runtime::Owned for #ident {
                type Field = #ty;
            }
        }
    });
    owned.collect()
}

/// ```text
/// impl Impersonates for Shop {}
/// ```
pub(super) fn impersonates(session: &Session) -> TokenStream {
    let Session { ident, runtime, fields, .. } = session;
    let is_mark = |field: &&Field| matches!(field.place, Place::Stored { role: Role::Impersonator, .. });
    let marks = fields.iter().filter(is_mark).map(|Field { cfgs, .. }| {
        quote! {
            /// Its owner can become another one for a while.
            #(#cfgs)*
            #[automatically_derived]
            impl #runtime::Impersonates for #ident {}
        }
    });
    marks.collect()
}
