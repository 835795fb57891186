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
        other => ("another item", first(other.to_token_stream())),
    }
}

fn first(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().next().map_or_else(TokenStream::new, |token: TokenTree| token.into())
}
