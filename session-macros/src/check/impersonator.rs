//! `impersonator`: who is behind an impersonation.

use syn::{GenericArgument, PathArguments, Type};

use crate::diag::{Errors, Mistake, code};
use crate::keys::FieldKey;
use crate::parse::FieldDecl;

use super::expiring::EXPIRING;
use super::types::{is_named, last_segment};

/// As far as the names of the types tell; the trait `Mark` sees through what merely has the name.
pub(super) fn type_of(decl: &FieldDecl, errors: &Errors) {
    if decl.options.mentions.find(FieldKey::Impersonator).is_none() || is_named(&decl.ty, EXPIRING) {
        return;
    }
    let inner = inner(&decl.ty);
    if inner.is_some_and(|inner| is_named(inner, "Impersonator")) {
        return;
    }
    let fact = "an `impersonator` field says who is behind an impersonation, if there is one";
    let user = inner.map_or_else(|| "UserId".to_owned(), code);
    let help = if is_named(&decl.ty, "Impersonator") {
        format!("write `Option<{}>`", code(&decl.ty))
    } else {
        format!("write `Option<session_runtime::Impersonator<{user}>>`")
    };
    errors.push(Mistake::new(&decl.ty, fact, help));
}

/// `T` of `Option<T>`
fn inner(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(of) = &segment.arguments else { return None };
    match of.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// Without an owner there is nobody who could become somebody else.
pub(super) fn has_an_owner(fields: &[FieldDecl], errors: &Errors) {
    if fields.iter().any(|field| field.options.mentions.find(FieldKey::Owner).is_some()) {
        return;
    }
    for at in fields.iter().filter_map(|field| field.options.mentions.find(FieldKey::Impersonator)) {
        let fact = "`impersonator` says which owner is behind another one, and this session has no owner";
        let help = "mark a field: `#[session(owner)] user: Option<UserId>`";
        errors.push(Mistake::new(at, fact, help));
    }
}
