//! The value of `merge`.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{ExprPath, Token};

use super::options::Name;
use super::value::path_argument;
use crate::diag::{Mistake, nearest};
use crate::keys::{FieldKey, Key, MergeKey};

/// `add`, `with(path)`, …
pub(crate) struct MergeDecl {
    pub policy: MergeKey,
    /// The word, for its span.
    pub word: Ident,
    /// What `with` names; nothing for any other policy.
    pub function: Option<ExprPath>,
}

impl MergeDecl {
    /// Reads what follows `merge`.
    pub(crate) fn parse(name: &Name<FieldKey>, input: ParseStream<'_>) -> Result<Self, Mistake> {
        let word = name.word(input).map_err(|mistake| {
            // a value that is none has a help of its own
            if input.is_empty() || input.peek(Token![,]) { mistake.with_help(policies()) } else { mistake }
        })?;
        let policy = MergeKey::find(&word.unraw().to_string()).ok_or_else(|| unknown(&word))?;
        let function = (policy == MergeKey::With).then(|| function(&word, input)).transpose()?;
        Ok(Self { policy, word, function })
    }
}

fn function(word: &Ident, input: ParseStream<'_>) -> Result<ExprPath, Mistake> {
    path_argument(input).map_err(|_| {
        let help = format!("write `{}`", MergeKey::With.example());
        Mistake::new(word, "`with` needs the path of a function", help)
    })
}

fn unknown(word: &Ident) -> Mistake {
    let help = nearest::<MergeKey>(&word.to_string()).map_or_else(
        || format!("for a function of yours write `merge = with({word})`; {}", policies()),
        |policy| format!("did you mean `{}`?", policy.example()),
    );
    Mistake::new(word, format!("there is no merge policy `{word}`"), help)
}

fn policies() -> String {
    let names: Vec<String> = MergeKey::ALL.iter().map(|policy| format!("`{}`", policy.name())).collect();
    format!("the policies are {}", names.join(", "))
}
