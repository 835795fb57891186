//! Options that are understood but do nothing yet; silence would be worse than an error.

use quote::ToTokens;

use crate::diag::{Errors, Mistake};
use crate::keys::{FieldKey, Key, StructKey};
use crate::parse::{FieldDecl, StructOptions};

use super::duration::seconds;
use super::types::last_segment;

/// `adapter`
pub(super) fn struct_options(options: &StructOptions, errors: &Errors) {
    if let Some(at) = options.mentions.find(StructKey::Adapter) {
        errors.push(not_yet(at, "adapter", "remove it; the adapters of session-runtime need no option"));
    }
}

/// `ttl` and `Expiring`
pub(super) fn field_options(decl: &FieldDecl, errors: &Errors) {
    let options = &decl.options;
    if let Some(at) = options.mentions.find(FieldKey::Ttl) {
        errors.push(not_yet(at, FieldKey::Ttl.name(), "remove it, and keep a deadline in the value"));
    }
    if let Some(ttl) = &options.ttl {
        errors.ok(seconds(ttl));
    }
    if let Some(segment) = last_segment(&decl.ty).filter(|segment| segment.ident == "Expiring") {
        errors.push(not_yet(
            &segment.ident,
            "Expiring",
            "use another type, and keep a deadline in the value",
        ));
    }
}

fn not_yet(at: &impl ToTokens, what: &str, help: &str) -> Mistake {
    Mistake::new(at, format!("`{what}` is not supported yet"), help)
}
