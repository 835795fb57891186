//! Stored keys: what one may be, and that no two meet.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;

use crate::diag::{Errors, Mistake};
use crate::keys::FieldKey;
use crate::parse::FieldDecl;

/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 128;

/// The key of a stored field, before a section's name is put in front.
pub(super) fn key(decl: &FieldDecl) -> String {
    decl.options.rename.as_ref().map_or_else(|| decl.ident.unraw().to_string(), syn::LitStr::value)
}

/// Whether `key` may be used; reported at `at`.
pub(super) fn check(key: &str, at: &impl ToTokens, errors: &Errors) {
    let fact = if key.is_empty() {
        "a key cannot be empty".to_owned()
    } else if key.contains('.') {
        "a key cannot contain `.`: it separates the name of a section from its keys".to_owned()
    } else if key.chars().any(char::is_control) {
        "a key cannot contain control characters".to_owned()
    } else if key.len() > MAX_KEY_BYTES {
        format!("a key is at most {MAX_KEY_BYTES} bytes long, and this one has {}", key.len())
    } else {
        return;
    };
    errors.push(Mistake::new(at, fact, "use a short word, such as the name of the field"));
}

/// A key that a field is stored under, or was.
struct Claim {
    key: String,
    at: TokenStream,
    field: usize,
    alias: bool,
    conditional: bool,
}

/// Reports keys and aliases that meet.
pub(super) fn distinct(fields: &[FieldDecl], errors: &Errors) {
    let mut seen: Vec<Claim> = Vec::new();
    for claim in fields.iter().enumerate().flat_map(|(at, field)| claims(at, field)) {
        if let Some(first) = seen.iter().find(|first| meet(first, &claim)) {
            errors.push(mistake(first, &claim));
        }
        seen.push(claim);
    }
}

fn claims(at: usize, field: &FieldDecl) -> Vec<Claim> {
    let options = &field.options;
    let mentions = &options.mentions;
    if mentions.find(FieldKey::Skip).is_some() || mentions.find(FieldKey::Extra).is_some() {
        return Vec::new();
    }
    let conditional = field.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
    let claim = |key, at_tokens, alias| Claim { key, at: at_tokens, field: at, alias, conditional };
    let own =
        options.rename.as_ref().map_or_else(|| field.ident.to_token_stream(), ToTokens::to_token_stream);
    let aliases = options.aliases.iter().map(|alias| claim(alias.value(), alias.to_token_stream(), true));
    std::iter::once(claim(key(field), own, false)).chain(aliases).collect()
}

/// Two fields that both have a `cfg` may exclude each other; the runtime looks again when it starts.
fn meet(a: &Claim, b: &Claim) -> bool {
    a.key == b.key && (a.field == b.field || !(a.conditional && b.conditional))
}

/// Reported at the alias, if only one of the two is one; else at the later.
fn mistake(first: &Claim, second: &Claim) -> Mistake {
    let key = second.key.escape_debug();
    if first.field == second.field {
        let fact = if first.alias {
            format!("the alias `{key}` is given twice")
        } else {
            format!("the alias `{key}` is the key of this very field")
        };
        return Mistake::new(&second.at, fact, "remove the alias");
    }
    match (first.alias, second.alias) {
        (false, false) => Mistake::new(
            &second.at,
            format!("two fields are stored under the key `{key}`"),
            "rename one of the two: `#[session(rename = \"another\")]`",
        )
        .also(&first.at, format!("the key `{key}` is first used here")),
        (true, true) => {
            Mistake::new(&second.at, format!("two fields have the alias `{key}`"), "remove one of the two")
                .also(&first.at, format!("the alias `{key}` is first given here"))
        }
        (true, false) => alias_meets_key(first, second),
        (false, true) => alias_meets_key(second, first),
    }
}

fn alias_meets_key(alias: &Claim, key: &Claim) -> Mistake {
    let name = alias.key.escape_debug();
    let fact = format!("the alias `{name}` is the key of another field, whose value it would take");
    Mistake::new(&alias.at, fact, "remove the alias, or rename the other field")
        .also(&key.at, format!("the key `{name}` is used here"))
}
