//! The lints that generated code must not set off in the user's crate, each with its reason.

use proc_macro2::TokenStream;
use quote::quote;

/// For an impl that names the user's fields.
pub(super) fn in_impls() -> TokenStream {
    quote! {
        // a field may be `#[deprecated]`, or be called `_like_this`
        #[allow(deprecated, clippy::used_underscore_binding)]
    }
}

/// For the statement that is never executed and only says what the body returns.
pub(super) fn in_hint() -> TokenStream {
    quote! {
        // it is not meant to be reached, and its type may be `()` or have `_` in it
        #[allow(
            unreachable_code,
            clippy::diverging_sub_expression,
            clippy::let_unit_value,
            clippy::let_with_type_underscore,
            clippy::needless_return
        )]
    }
}

/// For the variable that is the user's session argument.
pub(super) fn on_bindings() -> TokenStream {
    quote! {
        // an argument may be called `_like_this`
        #[allow(clippy::no_effect_underscore_binding)]
    }
}
