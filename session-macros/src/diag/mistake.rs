//! One mistake of the user.

use std::fmt::Display;

use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;

/// What is wrong and why, where, and what to write instead; in the voice of rustc.
#[derive(Debug)]
pub(crate) struct Mistake {
    at: TokenStream,
    fact: String,
    help: Option<String>,
    also: Option<Box<(TokenStream, String)>>,
}

impl Mistake {
    /// `at` is the narrowest piece of the user's code that is wrong.
    pub(crate) fn new(at: &impl ToTokens, fact: impl Display, help: impl Display) -> Self {
        Self { at: at.to_token_stream(), fact: fact.to_string(), help: Some(help.to_string()), also: None }
    }

    /// A second place that has a part in it.
    pub(crate) fn also(mut self, at: &impl ToTokens, fact: impl Display) -> Self {
        self.also = Some(Box::new((at.to_token_stream(), fact.to_string())));
        self
    }

    /// The same with a better help.
    pub(crate) fn with_help(self, help: impl Display) -> Self {
        Self { help: Some(help.to_string()), ..self }
    }

    /// The tokens that make rustc report it.
    pub(crate) fn into_compile_error(self) -> TokenStream {
        let message = match self.help {
            Some(help) => format!("{}\nhelp: {help}", self.fact),
            None => self.fact,
        };
        let mut error = syn::Error::new_spanned(self.at, message);
        if let Some(also) = self.also {
            let (at, fact) = *also;
            error.combine(syn::Error::new_spanned(at, fact));
        }
        error.into_compile_error()
    }
}

/// Code that `syn` cannot read; it says what it expected.
impl From<syn::Error> for Mistake {
    fn from(error: syn::Error) -> Self {
        let mut at = Literal::string("");
        at.set_span(error.span());
        Self { at: at.into_token_stream(), fact: error.to_string(), help: None, also: None }
    }
}
