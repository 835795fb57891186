//! `SessionData::FIELDS`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;
use syn::ext::IdentExt as _;

use crate::model::{Field, Place, Role, RuntimePath, Session};

use super::access::access;
use super::spans::{local, reported_at};

/// ```text
/// const FIELDS: &'static [Field<Self>] = &[
///     Field::new("theme", &Value::<Self, Theme> { .. }).keep().aliases(&["skin"])
///         .called("theme", |session_data| Probe(&session_data.theme).session_held()),
///     Field::new("device", &Value::<Self, String> { .. }).label::<String>().called(..),
///     Field::new("otp", timed::<Self, Expiring<Otp>>(&Timed { .. })).ttl(300).called(..),
///     Field::new("admin", &Marked::<Self, Option<Impersonator<UserId>>> { .. }).impersonator().called(..),
///     Field::skipped(&Scratch::<Self, Cache> { .. }).called(..),
/// ];
/// ```
pub(super) fn fields(session: &Session) -> TokenStream {
    let runtime = &session.runtime;
    let fields = session.fields.iter().map(|field| {
        let cfgs = &field.cfgs;
        let value = value(field, runtime);
        quote!(#(#cfgs)* #value,)
    });
    quote! {
        const FIELDS: &'static [#runtime::__private::Field<Self>] = &[#(#fields)*];
    }
}

fn value(field: &Field, runtime: &RuntimePath) -> TokenStream {
    let Field { ident, .. } = field;
    let (name, of) = (ident.unraw().to_string(), local("session_data"));
    let called = quote!(.called(#name, |#of| #runtime::__private::Probe(&#of.#ident).session_held()));
    let access = access(field, runtime);
    match &field.place {
        Place::Skipped => quote!(#runtime::__private::Field::skipped(#access) #called),
        Place::Extra => quote!(#runtime::__private::Field::extra(#access) #called),
        Place::Stored { key, aliases, role, ttl } => {
            let role = builder(role);
            let aliases = (!aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
            let ttl = ttl.map(|seconds| quote!(.ttl(#seconds)));
            let label = field.is_label.then(|| label(&field.ty));
            quote!(#runtime::__private::Field::new(#key, #access) #role #aliases #ttl #label #called)
        }
    }
}

/// At the type, which is where rustc reports that it is no text.
fn label(ty: &Type) -> TokenStream {
    let of = reported_at(ty, quote!(<#ty>));
    quote!(.label::#of())
}

fn builder(role: &Role) -> TokenStream {
    match role {
        Role::Plain(_) => TokenStream::new(),
        Role::Kept(_) => quote!(.keep()),
        Role::Privileged => quote!(.privileged()),
        Role::Owner => quote!(.owner()),
        Role::Impersonator => quote!(.impersonator()),
    }
}
