//! `#[session]` and the item under it.

use proc_macro2::{Ident, TokenStream};
use syn::{Fields, FieldsUnnamed, Generics, Item};

use super::field::FieldDecl;
use super::options::read_options;
use super::struct_options::StructOptions;
use crate::diag::{Errors, Mistake};

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
    /// No Rust that `syn` knows, which has been reported.
    Unreadable,
}

/// Reads both. An item that is no Rust that `syn` knows comes back as it is.
pub(crate) fn session(options: TokenStream, item: TokenStream, errors: &Errors) -> SessionDecl {
    let mut read = StructOptions::default();
    read_options(options, &mut read, errors);
    match syn::parse2(item.clone()) {
        Ok(mut known) => {
            let shape = shape(&mut known, errors);
            SessionDecl { options: read, shape, item: known }
        }
        Err(error) => {
            errors.push(unreadable(&error));
            SessionDecl { options: read, shape: Shape::Unreadable, item: Item::Verbatim(item) }
        }
    }
}

fn unreadable(error: &syn::Error) -> Mistake {
    let fact = format!("`#[session]` cannot read this item: {error}");
    Mistake::from(syn::Error::new(error.span(), fact)).with_help("write it as `struct Shop { field: Type }`")
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
