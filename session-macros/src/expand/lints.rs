//! The lints that generated code must not set off in the user's crate, each with its reason. `tests/warnings` fails
//! without any of them.

use proc_macro2::TokenStream;
use quote::quote;

/// For an impl that names the user's fields.
pub(super) fn in_impls() -> TokenStream {
    quote! {
        // a field may be `#[deprecated]`
        #[allow(deprecated)]
    }
}

/// For the policy.
pub(super) fn in_policies() -> TokenStream {
    quote! {
        // where every option is written, the defaults have nothing to add
        #[allow(clippy::needless_update)]
    }
}

/// For a handler with lifetimes.
pub(super) fn on_lifetimes() -> TokenStream {
    quote! {
        // one that the user wrote on a session argument is used there no more
        #[allow(single_use_lifetimes, unused_lifetimes, clippy::extra_unused_lifetimes, clippy::needless_lifetimes)]
    }
}

/// For a handler that writes and is not `async`.
pub(super) fn on_effects() -> TokenStream {
    quote! {
        // its effect was a `&mut` argument, which is no more in the signature
        #[allow(clippy::must_use_candidate)]
    }
}

/// For the statement that is never executed and only says what the body returns.
pub(super) fn in_hint() -> TokenStream {
    quote! {
        // it is not meant to be reached
        #[allow(unreachable_code)]
    }
}

/// For the variable that is the user's session argument.
pub(super) fn on_bindings() -> TokenStream {
    quote! {
        // an argument may be called `_like_this`
        #[allow(clippy::no_effect_underscore_binding)]
    }
}
