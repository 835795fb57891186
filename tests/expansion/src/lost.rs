//! What is the user's must be there afterwards, whatever the macros said of it.

use quote::{ToTokens, quote};
use syn::{Attribute, Block, FnArg, ImplItem, Item, Pat, PatType, Signature, Type, Visibility};

use crate::file::{Error, carried_out, method};

/// What our attributes took off the user's items, though it is not theirs to take: names, parameters, docs, visibility,
/// fields and their types, ordinary arguments, what is returned, and bodies. Empty if nothing is lost.
///
/// # Errors
/// When `source` is no Rust, or what a method becomes.
pub fn lost(source: &str) -> Result<Vec<String>, Error> {
    let mut lost = Vec::new();
    in_items(syn::parse_file(source).map_err(Error)?.items, &mut lost).map_err(Error)?;
    Ok(lost)
}

fn in_items(items: Vec<Item>, lost: &mut Vec<String>) -> syn::Result<()> {
    for item in items {
        match carried_out(item.clone()) {
            Ok(after) => compare(of_item(&item), &after, lost),
            Err(item) => match *item {
                Item::Mod(module) => {
                    in_items(module.content.map(|(_, items)| items).unwrap_or_default(), lost)?;
                }
                Item::Impl(block) => {
                    for member in block.items {
                        let after = method(member.clone())?;
                        compare(of_member(&member), &quote!(#(#after)*), lost);
                    }
                }
                _ => {}
            },
        }
    }
    Ok(())
}

fn compare(before: Vec<String>, after: &impl ToTokens, lost: &mut Vec<String>) {
    let after = text(after);
    lost.extend(before.into_iter().filter(|piece| !after.contains(piece)));
}

/// What of an item must be left, each piece as it is written.
fn of_item(item: &Item) -> Vec<String> {
    match item {
        Item::Struct(item) => {
            let (vis, name, generics) = (&item.vis, &item.ident, &item.generics);
            let fields = item.fields.iter().flat_map(|field| {
                let (vis, name) = (&field.vis, &field.ident);
                // one that no session can have is replaced
                let ty = Some(&field.ty).filter(|ty| !is_replaced(&text(ty)));
                let colon = field.colon_token;
                docs(&field.attrs).chain([text(&quote!(#vis #name #colon #ty))]).collect::<Vec<_>>()
            });
            docs(&item.attrs).chain([text(&quote!(#vis struct #name #generics))]).chain(fields).collect()
        }
        Item::Fn(item) => function(&item.attrs, &item.vis, &item.sig, &item.block),
        Item::Impl(block) => {
            let ty = text(&block.self_ty);
            block.items.iter().flat_map(of_member).chain([ty]).collect()
        }
        // what is in it may have attributes of ours
        Item::Enum(item) => vec![format!("enum{}", item.ident)],
        Item::Union(item) => vec![format!("union{}", item.ident)],
        Item::Trait(item) => vec![format!("trait{}", item.ident)],
        _ => Vec::new(),
    }
}

/// Types of one thread.
fn is_replaced(ty: &str) -> bool {
    ["Rc<", "Cell<"].iter().any(|name| ty.contains(name))
}

fn of_member(member: &ImplItem) -> Vec<String> {
    match member {
        ImplItem::Fn(item) => function(&item.attrs, &item.vis, &item.sig, &item.block),
        member => vec![text(member)],
    }
}

fn function(attrs: &[Attribute], vis: &Visibility, sig: &Signature, block: &Block) -> Vec<String> {
    let Signature { asyncness, safety, fn_token, ident, generics, output, .. } = sig;
    // not `const`, which a handler cannot be
    let head = match sig.constness {
        Some(_) => text(&quote!(#safety #fn_token #ident #generics)),
        None => text(&quote!(#vis #asyncness #safety #fn_token #ident #generics)),
    };
    let arguments = sig.inputs.iter().filter(|input| is_ordinary(input)).map(text);
    let body = block.stmts.iter().map(text);
    docs(attrs).chain([head, text(output)]).chain(arguments).chain(body).collect()
}

/// Whether it is no session argument: neither marked, nor a reference, nor called `session`.
fn is_ordinary(input: &FnArg) -> bool {
    let FnArg::Typed(PatType { attrs, pat, ty, .. }) = input else {
        return matches!(input, FnArg::Receiver(receiver) if receiver.attrs.is_empty());
    };
    let is_session = matches!(&**pat, Pat::Ident(pat) if pat.ident == "session");
    attrs.is_empty() && !is_session && !matches!(**ty, Type::Reference(_))
}

fn docs(attrs: &[Attribute]) -> impl Iterator<Item = String> {
    attrs.iter().filter(|attr| attr.path().is_ident("doc")).map(text)
}

/// Without spaces, whose number is not part of anything, and without the lifetime that is given to what a handler cannot
/// borrow.
fn text(tokens: &impl ToTokens) -> String {
    let text: String = tokens.to_token_stream().to_string().split_whitespace().collect();
    text.replace("'static", "")
}
