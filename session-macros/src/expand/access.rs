//! How the runtime reaches a field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::model::{Field, Merge, Place, Role, RuntimePath};

use super::spans::{local, reported_at};

/// ```text
/// &Sum::<Self, u32> { get: |session_data| &session_data.visits, get_mut: .. }
/// &Merged::<Self, u32, _> { get: .., get_mut: .., policy: Max }
/// timed::<Self, Expiring<Otp>>(&Timed::<Self, Expiring<Otp>> { get: .., get_mut: .., rejects: false })
/// ```
pub(super) fn access(field: &Field, runtime: &RuntimePath) -> TokenStream {
    let Field { ident, ty, place, .. } = field;
    let Kind { lens, generics, policy } = kind(place, ty, runtime);
    let of = local("session_data");
    let access = quote! {
        &#runtime::__private::#lens::#generics { get: |#of| &#of.#ident, get_mut: |#of| &mut #of.#ident #policy }
    };
    // at the type, which is where rustc reports that it cannot be the type of such a field
    let access = reported_at(ty, access);
    match place {
        Place::Stored { ttl: Some(_), .. } => {
            reported_at(ty, quote!(#runtime::__private::timed::<Self, #ty>(#access)))
        }
        _ => access,
    }
}

/// The type that does what the field's options say.
struct Kind {
    lens: TokenStream,
    generics: TokenStream,
    /// Its third field, if it has one.
    policy: TokenStream,
}

fn kind(place: &Place, ty: &Type, runtime: &RuntimePath) -> Kind {
    let of_type = |lens| Kind { lens, generics: quote!(<Self, #ty>), policy: TokenStream::new() };
    let merged = |policy| Kind {
        lens: quote!(Merged),
        generics: quote!(<Self, #ty, _>),
        policy: quote!(, policy: #runtime::__private::#policy),
    };
    match place {
        Place::Stored { ttl: Some(_), role, .. } => {
            let rejects = matches!(role, Role::Plain(Merge::Reject) | Role::Kept(Merge::Reject));
            Kind { policy: quote!(, rejects: #rejects), ..of_type(quote!(Timed)) }
        }
        Place::Stored { role: Role::Impersonator, .. } => of_type(quote!(Marked)),
        Place::Stored { role: Role::Owner | Role::Privileged, .. } => of_type(quote!(Value)),
        Place::Stored { role: Role::Plain(merge) | Role::Kept(merge), .. } => match merge {
            Merge::LastWrite => of_type(quote!(Value)),
            Merge::Add => of_type(quote!(Sum)),
            Merge::Max => merged(quote!(Max)),
            Merge::Min => merged(quote!(Min)),
            Merge::Union => merged(quote!(Union)),
            Merge::Append => merged(quote!(Append)),
            Merge::Reject => merged(quote!(Reject)),
            Merge::With(function) => merged(quote!(With::<#ty>(#function))),
        },
        Place::Skipped => of_type(quote!(Scratch)),
        Place::Extra => Kind { lens: quote!(Rest), generics: quote!(<Self>), policy: TokenStream::new() },
    }
}
