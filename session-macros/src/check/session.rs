//! A session struct.

use syn::Type;

use crate::diag::Errors;
use crate::keys::{FieldKey, StructKey};
use crate::model::{Field, Kind, Outline, RuntimePath, Session};
use crate::parse::{FieldDecl, SessionDecl, Shape};

use super::types::is_named;

use super::{attributes, expiring, field, impersonator, names, owners, policy, section, shape, unique};

/// The session that `decl` describes; `None` after at least one mistake.
pub(crate) fn session(decl: &SessionDecl, errors: &Errors) -> Option<Session> {
    let options = &decl.options;
    shape::generics(decl, errors);
    attributes::derives(decl, errors);
    attributes::once(decl, errors);
    let in_section = options.mentions.find(StructKey::Within).is_some();
    if matches!(decl.shape, Shape::Unreadable) {
        return None;
    }
    let named = errors.ok(shape::named_fields(decl));
    let fields = named.map(|fields| checked_fields(fields, decl, errors));
    let kind = if in_section {
        section::section(decl, errors)
    } else {
        let policy = policy::policy(options, errors);
        if let (Some(_), Some(fields)) = (&policy, named) {
            expiring::within_lifetimes(fields, decl, errors);
        }
        if let Some(fields) = named {
            owners::have_an_owner(options, fields, errors);
            impersonator::has_an_owner(fields, errors);
        }
        policy.map(Kind::Root)
    };
    let (ident, _) = decl.subject()?;
    let adapter = options.adapter.clone();
    let mut session =
        Session { ident: ident.clone(), runtime: runtime(decl), adapter, kind: kind?, fields: fields? };
    section::prefix_keys(&mut session);
    errors.is_empty().then_some(session)
}

fn checked_fields(fields: &[FieldDecl], decl: &SessionDecl, errors: &Errors) -> Vec<Field> {
    names::distinct(fields, errors);
    unique::roles(fields, decl, errors);
    fields.iter().map(|decl| field::field(decl, errors)).collect()
}

/// What can be said of a type whatever is wrong with it; `None` if it is no type.
pub(crate) fn outline(decl: &SessionDecl) -> Option<Outline<'_>> {
    let (ident, generics) = decl.subject()?;
    Some(Outline {
        ident,
        generics,
        runtime: runtime(decl),
        adapter: decl.options.adapter.as_ref(),
        root: decl.options.within.as_ref().filter(|root| !section::is_itself(root, ident)),
        owner: owner(decl),
        impersonates: impersonates(decl),
        remembers: decl.options.mentions.find(StructKey::Remember).is_some(),
    })
}

/// The type of the owner, if it looks like one.
fn owner(decl: &SessionDecl) -> Option<&Type> {
    let Shape::Named(fields) = &decl.shape else { return None };
    let has = |field: &FieldDecl, key| field.options.mentions.find(key).is_some();
    let is_owner = |field: &&FieldDecl| has(field, FieldKey::Owner) && !has(field, FieldKey::Impersonator);
    fields.iter().find(is_owner).map(|field| &field.ty).filter(|ty| is_named(ty, "Option"))
}

/// Whether a field could say who is behind an impersonation.
fn impersonates(decl: &SessionDecl) -> bool {
    let Shape::Named(fields) = &decl.shape else { return false };
    fields.iter().any(|field| field.options.mentions.find(FieldKey::Impersonator).is_some())
}

fn runtime(decl: &SessionDecl) -> RuntimePath {
    RuntimePath::new(decl.options.runtime.as_ref())
}
