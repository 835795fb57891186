//! The one door through which code and errors leave.

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt};

use super::Mistake;

/// What a macro gives back: the user's item, always; what was made for it; and every mistake.
pub(crate) struct Output {
    pub item: TokenStream,
    pub generated: TokenStream,
    pub errors: Vec<Mistake>,
}

impl From<Output> for TokenStream {
    fn from(output: Output) -> Self {
        let mut tokens = output.item;
        output.generated.to_tokens(&mut tokens);
        tokens.append_all(output.errors.into_iter().map(Mistake::into_compile_error));
        tokens
    }
}
