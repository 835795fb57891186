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
    let root = root(decl);
    for name in options.mentions.iter().filter(|name| !ALLOWED.contains(&name.key)) {
        let key = name.key.name();
        let help = format!("move `{key}` to the `#[session(..)]` of {}", whole(decl));
        errors.push(Mistake::new(&name.ident, is_of_the_whole(key, decl), help));
    }
    let (ident, _) = decl.subject()?;
    if let (Some(itself), None) = (&options.within, root) {
        let fact = "`within` makes a struct part of another session, and this is the struct itself";
        errors.push(Mistake::new(itself, fact, "name the other struct, or remove `within`"));
    }
    Some(Kind::Section { root: root?.clone(), name: snake_case(&ident.unraw().to_string()) })
}

/// The struct that this one is a part of, if it names another one.
fn root(decl: &SessionDecl) -> Option<&TypePath> {
    let (ident, _) = decl.subject()?;
    decl.options.within.as_ref().filter(|root| !is_itself(root, ident))
}

/// Why an option is not for a section.
pub(super) fn is_of_the_whole(key: &str, decl: &SessionDecl) -> String {
    let within = root(decl).map_or_else(|| "within".to_owned(), |root| format!("within = {}", code(root)));
    format!("`{key}` is for a whole session, and `{within}` makes this struct a part of one")
}

/// The root, as the user knows it.
pub(super) fn whole(decl: &SessionDecl) -> String {
    let unknown = || "the struct that `within` is to name".to_owned();
    root(decl).map_or_else(unknown, |root| format!("`{}`", code(root)))
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
