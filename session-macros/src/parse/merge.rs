//! The value of `merge`.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;

use super::options::Name;
use super::value::path_argument;
use crate::diag::{Mistake, nearest};
use crate::keys::{FieldKey, Key, MergeKey};

/// `add`, `with(path)`, …
pub(crate) struct MergeDecl {
    pub policy: MergeKey,
    /// The word, for its span.
    pub word: Ident,
}

impl MergeDecl {
    /// Reads what follows `merge`.
    pub(crate) fn parse(name: &Name<FieldKey>, input: ParseStream<'_>) -> Result<Self, Mistake> {
        let word = name.word(input)?;
        let policy = MergeKey::find(&word.unraw().to_string()).ok_or_else(|| unknown(&word))?;
        if policy == MergeKey::With {
            let help = format!("write `{}`", policy.example());
            path_argument(input)
                .map_err(|_| Mistake::new(&word, "`with` needs the path of a function", help))?;
        }
        Ok(Self { policy, word })
    }
}

fn unknown(word: &Ident) -> Mistake {
    let help = nearest::<MergeKey>(&word.to_string()).map_or_else(
        || {
            let names: Vec<String> =
                MergeKey::ALL.iter().map(|policy| format!("`{}`", policy.name())).collect();
            format!("the policies are {}", names.join(", "))
        },
        |policy| format!("did you mean `{}`?", policy.example()),
    );
    Mistake::new(word, format!("there is no merge policy `{word}`"), help)
}
