//! A whole file, with both macros carried out in it and nothing else.

use std::fmt;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, File, ImplItem, Item, Meta};

use crate::pipeline;

/// A file that cannot be shown.
#[derive(Debug)]
pub struct Error(pub(crate) syn::Error);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is no Rust: {}", self.0)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The file, formatted, with what stands in the place of each item that has one of our attributes. Items in modules with
/// a body are found, and methods; items in the bodies of functions are not.
///
/// # Errors
/// When `source` or what comes out is no Rust.
pub fn expanded(source: &str) -> Result<String, Error> {
    let mut file = syn::parse_file(source).map_err(Error)?;
    file.items = items(file.items).map_err(Error)?;
    Ok(prettyplease::unparse(&file))
}

/// The items, each in the place of what it was made of.
pub(crate) fn items(items: Vec<Item>) -> syn::Result<Vec<Item>> {
    let mut out = Vec::new();
    for item in items {
        match carried_out(item) {
            Ok(tokens) => out.extend(syn::parse2::<File>(tokens)?.items),
            Err(item) => out.push(within(*item)?),
        }
    }
    Ok(out)
}

/// What an item with one of our attributes becomes; the item itself if it has none.
pub(crate) fn carried_out(mut item: Item) -> Result<TokenStream, Box<Item>> {
    let found = attrs_mut(&mut item).and_then(take);
    match found {
        Some((carry_out, options)) => Ok(carry_out(options, item.into_token_stream())),
        None => Err(Box::new(item)),
    }
}

type Macro = fn(TokenStream, TokenStream) -> TokenStream;

/// Takes our attribute off an item, with its options.
fn take(attrs: &mut Vec<Attribute>) -> Option<(Macro, TokenStream)> {
    let at = attrs.iter().position(|attr| is_called(attr, "session") || is_called(attr, "with_session"))?;
    let attr = attrs.remove(at);
    let carry_out: Macro =
        if is_called(&attr, "session") { pipeline::session } else { pipeline::with_session };
    let options = match attr.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    Some((carry_out, options))
}

fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

fn attrs_mut(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Trait(item) => Some(&mut item.attrs),
        Item::Mod(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        Item::Const(item) => Some(&mut item.attrs),
        Item::Static(item) => Some(&mut item.attrs),
        _ => None,
    }
}

/// An item without our attribute: what is in it may have one.
pub(crate) fn within(item: Item) -> syn::Result<Item> {
    Ok(match item {
        Item::Mod(mut module) => {
            if let Some((brace, content)) = module.content.take() {
                module.content = Some((brace, items(content)?));
            }
            Item::Mod(module)
        }
        Item::Impl(mut block) => {
            let mut members = Vec::new();
            for member in block.items {
                members.extend(method(member)?);
            }
            block.items = members;
            Item::Impl(block)
        }
        item => item,
    })
}

/// Whether an impl block without our attribute has a method with one.
pub(crate) fn has_carried_out(item: &Item) -> bool {
    let Item::Impl(block) = item else { return false };
    block.items.iter().any(|member| match member {
        ImplItem::Fn(function) => function.attrs.iter().any(|attr| is_called(attr, "with_session")),
        _ => false,
    })
}

/// A method, and what is reported of it.
pub(crate) fn method(member: ImplItem) -> syn::Result<Vec<ImplItem>> {
    let ImplItem::Fn(mut function) = member else { return Ok(vec![member]) };
    let Some((carry_out, options)) = take(&mut function.attrs) else {
        return Ok(vec![ImplItem::Fn(function)]);
    };
    let members = |input: ParseStream<'_>| {
        let mut members = Vec::new();
        while !input.is_empty() {
            members.push(input.parse()?);
        }
        Ok(members)
    };
    members.parse2(carry_out(options, function.into_token_stream()))
}
