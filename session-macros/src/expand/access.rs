//! How the runtime reaches a field.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Field, Merge, Place, Role, RuntimePath};

use super::spans::{local, reported_at};

/// ```text
/// &Sum::<Self, u32> { get: |session_data| &session_data.visits, get_mut: .. }
/// ```
pub(super) fn access(field: &Field, runtime: &RuntimePath) -> TokenStream {
    let Field { ident, ty, place, .. } = field;
    let kind = kind(place);
    let generics = match place {
        Place::Extra => quote!(<Self>),
        Place::Stored { .. } | Place::Skipped => quote!(<Self, #ty>),
    };
    let of = local("session_data");
    let access = quote! {
        &#runtime::__private::#kind::#generics { get: |#of| &#of.#ident, get_mut: |#of| &mut #of.#ident }
    };
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
