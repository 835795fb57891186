//! The only way to name the runtime in generated code.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// `::session_runtime`, or what `crate = ..` says.
#[derive(Clone)]
pub(crate) struct RuntimePath(TokenStream);

impl RuntimePath {
    /// The path of the option `crate`, if it was written.
    pub(crate) fn new(written: Option<&Path>) -> Self {
        Self(written.map_or_else(|| quote!(::session_runtime), ToTokens::to_token_stream))
    }
}

impl ToTokens for RuntimePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
