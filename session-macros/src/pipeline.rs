//! The two macros, from tokens to tokens.

use proc_macro2::TokenStream;

use crate::diag::{Errors, Output};
use crate::{check, expand, parse};

/// `#[session]`
pub(crate) fn session(options: TokenStream, item: TokenStream) -> TokenStream {
    let ((decl, model), errors) = Errors::collect(|errors| {
        let decl = parse::session(options, item, errors);
        let model = check::session(&decl, errors);
        (decl, model)
    });
    // no more errors past this point
    let generated = match &model {
        Some(model) => expand::session(model),
        None => check::outline(&decl).map(|outline| expand::stub(&outline)).unwrap_or_default(),
    };
    let item = expand::survivor(decl.item, &errors);
    Output { item, generated, errors }.into()
}

/// `#[with_session]`
pub(crate) fn with_session(options: TokenStream, item: TokenStream) -> TokenStream {
    let (model, errors) = Errors::collect(|errors| {
        let decl = parse::handlers(options, item, errors);
        check::handlers(decl, errors)
    });
    // no more errors past this point
    Output { item: expand::handlers(&model), generated: TokenStream::new(), errors }.into()
}

#[cfg(test)]
mod tests;
