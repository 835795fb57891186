//! How the runtime reaches a field.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Field, Merge, Place, Role, RuntimePath};

use super::spans::reported_at;

/// ```text
/// &Sum::<Self, u32> { get: |s| &s.visits, get_mut: |s| &mut s.visits }
/// ```
pub(super) fn access(field: &Field, runtime: &RuntimePath) -> TokenStream {
    let Field { ident, ty, place, .. } = field;
    let kind = kind(place);
    let of = match place {
        Place::Extra => quote!(<Self>),
        Place::Stored { .. } | Place::Skipped => quote!(<Self, #ty>),
    };
    let access = quote!(&#runtime::__private::#kind::#of { get: |s| &s.#ident, get_mut: |s| &mut s.#ident });
    // at the type, which is where rustc reports that it cannot be the type of such a field
    reported_at(ty, access)
}

/// The type that does what the field's options say.
fn kind(place: &Place) -> TokenStream {
    match place {
        Place::Stored { role: Role::Owner, .. } => quote!(Owner),
        Place::Stored { role: Role::Plain(Merge::Add) | Role::Kept(Merge::Add), .. } => quote!(Sum),
        Place::Stored { .. } => quote!(Value),
        Place::Skipped => quote!(Scratch),
        Place::Extra => quote!(Rest),
    }
}
