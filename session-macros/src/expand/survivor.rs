//! The user's item after a mistake: without what only leads to further errors.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Fields, Item, parse_quote};

use super::mend::mend;
use crate::diag::Mistake;
use crate::parse::{derives, is_called, is_default, is_serde, session_in_cfg_attr};

/// The item as it is without errors. With errors: without `derive(Default)`, which the generated impl would meet, without
/// a second attribute of ours, without attributes on fields that rustc would not know, and with types that can be in it.
pub(crate) fn survivor(mut item: Item, errors: &[Mistake]) -> TokenStream {
    if errors.is_empty() {
        return item.into_token_stream();
    }
    if let Item::Struct(item) = &mut item {
        item.attrs.retain(|attr| !is_called(attr, "session"));
        item.attrs.iter_mut().for_each(without_default);
        let fields = match &mut item.fields {
            Fields::Named(fields) => &mut fields.named,
            Fields::Unnamed(fields) => &mut fields.unnamed,
            Fields::Unit => return item.to_token_stream(),
        };
        for field in fields {
            mend(&mut field.ty);
            field.attrs.retain(|attr| !is_serde(attr) && session_in_cfg_attr(attr).is_none());
        }
    }
    item.into_token_stream()
}

fn without_default(attr: &mut Attribute) {
    if let Some(paths) = derives(attr)
        && paths.iter().any(is_default)
    {
        let paths = paths.into_iter().filter(|path| !is_default(path));
        *attr = parse_quote!(#[derive(#(#paths),*)]);
    }
}
