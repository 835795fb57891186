//! An impl block with handlers in it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::model::{ImplBlock, ImplMember};

use super::handler::handler;

/// The block as written, with every handler in it rewritten.
pub(super) fn impl_block(block: &ImplBlock) -> TokenStream {
    let attrs = &block.attrs;
    let members = block.members.iter().map(|member| match member {
        ImplMember::Fn(function) => handler(function),
        ImplMember::Other(item) => item.to_token_stream(),
    });
    let content = quote!(#(#attrs)* #(#members)*);
    let mut tokens = block.head.clone();
    block.brace.surround(&mut tokens, |tokens| content.to_tokens(tokens));
    tokens
}
