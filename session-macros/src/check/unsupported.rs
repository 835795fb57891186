//! Options that are understood but do nothing yet; silence would be worse than an error.

use quote::ToTokens;

use crate::diag::{Errors, Mistake};
use crate::keys::StructKey;
use crate::parse::StructOptions;

/// `adapter`
pub(super) fn struct_options(options: &StructOptions, errors: &Errors) {
    if let Some(at) = options.mentions.find(StructKey::Adapter) {
        errors.push(not_yet(at, "adapter", "remove it; the adapters of session-runtime need no option"));
    }
}

fn not_yet(at: &impl ToTokens, what: &str, help: &str) -> Mistake {
    Mistake::new(at, format!("`{what}` is not supported yet"), help)
}
