//! `#[session]` and the item under it.

use proc_macro2::{Ident, TokenStream};
use syn::{Fields, FieldsUnnamed, Generics, Item};

use super::field::FieldDecl;
use super::options::read_options;
use super::struct_options::StructOptions;
use crate::diag::Errors;

/// The attribute and its item as written.
pub(crate) struct SessionDecl {
    pub options: StructOptions,
    pub shape: Shape,
    /// The user's item without our helper attributes.
    pub item: Item,
}

/// What the attribute stands on.
pub(crate) enum Shape {
    /// `struct S { .. }`
    Named(Vec<FieldDecl>),
    /// `struct S(..);`
    Tuple(FieldsUnnamed),
    /// `struct S;`
    Unit,
    /// No struct.
    Other,
}

/// Reads both. An item that is no Rust that `syn` knows comes back as it is.
pub(crate) fn session(options: TokenStream, item: TokenStream, errors: &Errors) -> SessionDecl {
    let mut read = StructOptions::default();
    read_options(options, &mut read, errors);
    let mut item = syn::parse2(item.clone()).unwrap_or(Item::Verbatim(item));
    let shape = shape(&mut item, errors);
    SessionDecl { options: read, shape, item }
}

fn shape(item: &mut Item, errors: &Errors) -> Shape {
    match item {
        Item::Struct(item) => match &mut item.fields {
            Fields::Named(fields) => Shape::Named(
                fields.named.iter_mut().filter_map(|field| FieldDecl::take(field, errors)).collect(),
            ),
            Fields::Unnamed(fields) => {
                fields.unnamed.iter_mut().for_each(strip);
                Shape::Tuple(fields.clone())
            }
            Fields::Unit => Shape::Unit,
        },
        Item::Enum(item) => {
            for variant in &mut item.variants {
                variant.attrs.retain(|attr| !attr.path().is_ident("session"));
                variant.fields.iter_mut().for_each(strip);
            }
            Shape::Other
        }
        Item::Union(item) => {
            item.fields.named.iter_mut().for_each(strip);
            Shape::Other
        }
        _ => Shape::Other,
    }
}

/// Takes our attributes off a field that is not going to be read.
fn strip(field: &mut syn::Field) {
    field.attrs.retain(|attr| !attr.path().is_ident("session"));
}

impl SessionDecl {
    /// Name and generics, if the item is a type of its own.
    pub(crate) fn subject(&self) -> Option<(&Ident, &Generics)> {
        match &self.item {
            Item::Struct(item) => Some((&item.ident, &item.generics)),
            Item::Enum(item) => Some((&item.ident, &item.generics)),
            Item::Union(item) => Some((&item.ident, &item.generics)),
            _ => None,
        }
    }
}
