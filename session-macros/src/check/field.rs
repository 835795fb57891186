//! A field of a session struct.

use crate::diag::{Errors, Mistake, code};
use crate::keys::{FieldKey, MergeKey};
use crate::model::{Field, Merge, Place, Role};
use crate::parse::{FieldDecl, MergeDecl};

use super::expiring::EXPIRING;
use super::types::is_named;
use super::{attributes, conflicts, expiring, held, impersonator, names};

/// The field that `decl` describes. What is reported keeps the whole session from being used.
pub(super) fn field(decl: &FieldDecl, errors: &Errors) -> Field {
    attributes::on_field(&decl.attrs, errors);
    conflicts::conflicts(decl, errors);
    held::held(decl, errors);
    owner_is_an_option(decl, errors);
    impersonator::type_of(decl, errors);
    extra_is_an_extra(decl, errors);
    Field {
        ident: decl.ident.clone(),
        ty: decl.ty.clone(),
        cfgs: decl.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect(),
        default: decl.options.default.clone(),
        place: place(decl, errors),
        is_label: decl.options.mentions.find(FieldKey::Label).is_some(),
    }
}

fn place(decl: &FieldDecl, errors: &Errors) -> Place {
    let options = &decl.options;
    let ttl = expiring::ttl(decl, errors);
    if options.mentions.find(FieldKey::Skip).is_some() {
        return Place::Skipped;
    }
    if options.mentions.find(FieldKey::Extra).is_some() {
        return Place::Extra;
    }
    let key = names::key(decl);
    match &options.rename {
        Some(rename) => names::check(&key, rename, errors),
        None => names::check(&key, &decl.ident, errors),
    }
    for alias in &options.aliases {
        names::check(&alias.value(), alias, errors);
    }
    let aliases = options.aliases.iter().map(syn::LitStr::value).collect();
    Place::Stored { key, aliases, role: role(decl), ttl }
}

fn role(decl: &FieldDecl) -> Role {
    let mentions = &decl.options.mentions;
    if mentions.find(FieldKey::Owner).is_some() {
        Role::Owner
    } else if mentions.find(FieldKey::Impersonator).is_some() {
        Role::Impersonator
    } else if mentions.find(FieldKey::Privileged).is_some() {
        Role::Privileged
    } else if mentions.find(FieldKey::Keep).is_some() {
        Role::Kept(merge(decl))
    } else {
        Role::Plain(merge(decl))
    }
}

fn merge(decl: &FieldDecl) -> Merge {
    let Some(MergeDecl { policy, function, .. }) = &decl.options.merge else { return Merge::LastWrite };
    match policy {
        MergeKey::LastWrite => Merge::LastWrite,
        MergeKey::Add => Merge::Add,
        MergeKey::Max => Merge::Max,
        MergeKey::Min => Merge::Min,
        MergeKey::Union => Merge::Union,
        MergeKey::Append => Merge::Append,
        MergeKey::Reject => Merge::Reject,
        // one without a function was reported when it was read
        MergeKey::With => function.clone().map_or(Merge::LastWrite, Merge::With),
    }
}

/// As far as the name of the type tells; the trait `OwnerValue` sees through what merely has the name.
fn owner_is_an_option(decl: &FieldDecl, errors: &Errors) {
    let named = |name| is_named(&decl.ty, name);
    if decl.options.mentions.find(FieldKey::Owner).is_some() && !named("Option") && !named(EXPIRING) {
        let fact = "an `owner` field is an `Option`: nobody owns a session before the login";
        errors.push(Mistake::new(&decl.ty, fact, format!("write `Option<{}>`", code(&decl.ty))));
    }
}

fn extra_is_an_extra(decl: &FieldDecl, errors: &Errors) {
    let named = |name| is_named(&decl.ty, name);
    if decl.options.mentions.find(FieldKey::Extra).is_some() && !named("Extra") && !named(EXPIRING) {
        let fact = "an `extra` field has the type `Extra`, which holds values of any type";
        errors.push(Mistake::new(&decl.ty, fact, "write `session_runtime::Extra`"));
    }
}
