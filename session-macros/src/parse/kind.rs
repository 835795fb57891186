//! What an attribute stands on, in a word, and the keyword that says so.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Item;

/// Such as `an enum`, with the token `enum`.
pub(crate) fn kind(item: &Item) -> (&'static str, TokenStream) {
    match item {
        Item::Struct(item) => ("a struct", item.struct_token.to_token_stream()),
        Item::Enum(item) => ("an enum", item.enum_token.to_token_stream()),
        Item::Union(item) => ("a union", item.union_token.to_token_stream()),
        Item::Fn(item) => ("a function", item.sig.fn_token.to_token_stream()),
        Item::Impl(item) => ("an impl block", item.impl_token.to_token_stream()),
        Item::Trait(item) => ("a trait", item.trait_token.to_token_stream()),
        Item::Mod(item) => ("a module", item.mod_token.to_token_stream()),
        Item::Type(item) => ("a type alias", item.type_token.to_token_stream()),
        Item::Verbatim(tokens) if is_declared(tokens) => ("a method without a body", keyword(tokens, "fn")),
        other => ("another item", first(other.to_token_stream())),
    }
}

/// `fn page(session: &Shop);`, as in a trait.
fn is_declared(tokens: &TokenStream) -> bool {
    let ends = tokens.clone().into_iter().last();
    !keyword(tokens, "fn").is_empty() && matches!(ends, Some(TokenTree::Punct(end)) if end.as_char() == ';')
}

fn keyword(tokens: &TokenStream, word: &str) -> TokenStream {
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == word);
    tokens.clone().into_iter().find(is_word).into_iter().collect()
}

fn first(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().next().map_or_else(TokenStream::new, |token: TokenTree| token.into())
}
