//! Attributes of others on the struct and its fields.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Item, Meta, Token};

use crate::diag::{Errors, Mistake, code};
use crate::parse::{
    SessionDecl, derives as derived_paths, is_called, is_default, is_serde, session_in_cfg_attr,
};

/// `#[session]` generates `Default` itself.
pub(super) fn derives(decl: &SessionDecl, errors: &Errors) {
    let Item::Struct(item) = &decl.item else { return };
    for path in item.attrs.iter().filter_map(derived_paths).flatten().filter(is_default) {
        let fact = "`#[session]` generates `Default`, so it cannot also be derived";
        errors.push(Mistake::new(&path, fact, "remove `Default` from the derives"));
    }
}

/// Of two, the second would make everything once more.
pub(super) fn once(decl: &SessionDecl, errors: &Errors) {
    let Item::Struct(item) = &decl.item else { return };
    for attr in item.attrs.iter().filter(|attr| is_called(attr, "session")) {
        errors.push(twice(&attr.meta, "session"));
    }
}

/// The same for a handler; takes the second off.
pub(super) fn once_on_handler(attrs: &mut Vec<Attribute>, errors: &Errors) {
    for attr in attrs.extract_if(.., |attr| is_called(attr, "with_session")) {
        errors.push(twice(&attr.meta, "with_session"));
    }
}

fn twice(at: &Meta, name: &str) -> Mistake {
    Mistake::new(at, format!("`#[{name}]` is given twice"), "write all options in one of the two")
}

/// Attributes on a field.
pub(super) fn on_field(attrs: &[Attribute], errors: &Errors) {
    for attr in attrs {
        if is_serde(attr) {
            serde(attr, errors);
        }
        if let Some(session) = session_in_cfg_attr(attr) {
            let fact = "`#[session]` does not see options inside `cfg_attr`";
            let help = "write the field twice, each with its `#[cfg(..)]` and its options";
            errors.push(Mistake::new(&session, fact, help));
        }
    }
}

/// A session stores fields, not the struct: what `#[serde]` says of a field would do nothing.
fn serde(attr: &Attribute, errors: &Errors) {
    let metas = match &attr.meta {
        Meta::List(list) => {
            list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default()
        }
        _ => Punctuated::new(),
    };
    if metas.is_empty() {
        errors.push(serde_mistake(attr, "write the options of `#[session(..)]` instead"));
    }
    for meta in metas {
        errors.push(serde_mistake(&meta, &instead_of_serde(&meta)));
    }
}

fn serde_mistake(at: &impl ToTokens, help: &str) -> Mistake {
    Mistake::new(at, "`#[serde(..)]` on a field does nothing: a session stores its fields one by one", help)
}

/// Our option that does what `meta` does for serde.
fn instead_of_serde(meta: &Meta) -> String {
    let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
    let option = match (key.as_str(), meta) {
        ("rename" | "alias", Meta::NameValue(meta)) => format!("{key} = {}", code(&meta.value)),
        ("rename" | "alias", _) => format!("{key} = \"key\""),
        ("default", Meta::NameValue(meta)) => format!("default = {}()", called(&meta.value)),
        ("default", _) => "default = value".to_owned(),
        ("skip" | "skip_serializing" | "skip_deserializing", _) => "skip".to_owned(),
        ("flatten", _) => "extra".to_owned(),
        _ => return "give the field a type of its own that carries this attribute".to_owned(),
    };
    format!("write `#[session({option})]`")
}

/// The function whose path serde takes as a string.
fn called(expr: &Expr) -> String {
    let text = code(expr);
    text.trim_matches('"').parse::<TokenStream>().map_or(text, |path| code(&path))
}
