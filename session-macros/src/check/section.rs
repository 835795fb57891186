//! A section: a struct that lives in the record of another.

use proc_macro2::Ident;
use syn::TypePath;
use syn::ext::IdentExt as _;

use crate::diag::{Errors, Mistake, code};
use crate::keys::{Key, StructKey};
use crate::model::{Kind, Place, Session};
use crate::parse::SessionDecl;

/// The options that may stand beside `within`.
const ALLOWED: [StructKey; 3] = [StructKey::Within, StructKey::Adapter, StructKey::Crate];

/// Root and name; `None` after at least one mistake.
pub(super) fn section(decl: &SessionDecl, errors: &Errors) -> Option<Kind> {
    let options = &decl.options;
    let root = options.within.as_ref();
    for name in options.mentions.iter().filter(|name| !ALLOWED.contains(&name.key)) {
        let key = name.key.name();
        let fact =
            format!("`{key}` is an option of the root session: a section lives in the record of its root");
        let root = root.map_or_else(|| "the root".to_owned(), |root| format!("`{}`", code(&root)));
        errors.push(Mistake::new(
            &name.ident,
            fact,
            format!("move `{key}` to the `#[session(..)]` of {root}"),
        ));
    }
    let (ident, _) = decl.subject()?;
    if let Some(root) = root.filter(|root| is_itself(root, ident)) {
        let fact = "a section lives in the record of another session, not of its own";
        errors.push(Mistake::new(root, fact, "name the root, or remove `within`"));
    }
    Some(Kind::Section { root: root?.clone(), name: snake_case(&ident.unraw().to_string()) })
}

/// Whether `within` names the very struct that it is written on.
pub(super) fn is_itself(root: &TypePath, ident: &Ident) -> bool {
    root.path.is_ident(ident) || root.path.is_ident("Self")
}

/// Puts a section's name before its keys and aliases.
pub(super) fn prefix_keys(session: &mut Session) {
    let Kind::Section { name, .. } = &session.kind else { return };
    for field in &mut session.fields {
        if let Place::Stored { key, aliases, .. } = &mut field.place {
            for key in aliases.iter_mut().chain([key]) {
                *key = format!("{name}.{key}");
            }
        }
    }
}

/// `ShoppingCart` → `shopping_cart`, `HTTPLog` → `http_log`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                let next_is_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                *before != '_' && (!before.is_uppercase() || next_is_small)
            });
        if begins_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests;
