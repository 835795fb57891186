//! Roles that one field of a root may have.

use crate::diag::{Errors, Mistake};
use crate::keys::{FieldKey, Key, StructKey};
use crate::parse::{FieldDecl, SessionDecl};

use super::section;

/// `owner`, `label`, `impersonator` and `extra`: once, and in the root.
pub(super) fn roles(fields: &[FieldDecl], decl: &SessionDecl, errors: &Errors) {
    let in_section = decl.options.mentions.find(StructKey::Within).is_some();
    for (key, why) in [
        (FieldKey::Owner, "a session has one owner"),
        (FieldKey::Label, "one text says which session it is"),
        (FieldKey::Impersonator, "one field says who is behind an impersonation"),
        (FieldKey::Extra, "one field holds all keys that no other field claims"),
    ] {
        if in_section {
            only_in_root(fields, key, decl, errors);
        } else {
            only_once(fields, key, why, errors);
        }
    }
}

fn only_in_root(fields: &[FieldDecl], key: FieldKey, decl: &SessionDecl, errors: &Errors) {
    let beside = match key {
        FieldKey::Label | FieldKey::Impersonator => ", which has the `owner` field",
        _ => "",
    };
    for at in fields.iter().filter_map(|field| field.options.mentions.find(key)) {
        let fact = section::is_of_the_whole(key.name(), decl);
        let help = format!("move the field to {}{beside}", section::whole(decl));
        errors.push(Mistake::new(at, fact, help));
    }
}

/// Two fields that both have a `cfg` may exclude each other.
fn only_once(fields: &[FieldDecl], key: FieldKey, why: &str, errors: &Errors) {
    let name = key.name();
    let mut first = None;
    for field in fields {
        let Some(at) = field.options.mentions.find(key) else { continue };
        let conditional = field.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
        match first {
            None => first = Some((at, conditional)),
            Some((_, true)) if conditional => {}
            Some((first, _)) => errors.push(
                Mistake::new(at, format!("`{name}` is given to two fields: {why}"), "remove one of the two")
                    .also(first, format!("`{name}` is first given here")),
            ),
        }
    }
}
