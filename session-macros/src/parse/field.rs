//! A field, and `#[session(..)]` on it.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, ExprArray, Field, LitStr, Meta, Token, Type};

use super::foreign::is_called;
use super::merge::MergeDecl;
use super::options::{Mentions, Name, Options, read_options, unknown_here};
use crate::diag::{Errors, Mistake, code};
use crate::keys::{FieldKey, Key, MergeKey, StructKey};

/// A named field as written.
pub(crate) struct FieldDecl {
    pub ident: Ident,
    pub ty: Type,
    /// All attributes but ours.
    pub attrs: Vec<Attribute>,
    pub options: FieldOptions,
}

/// Its options as written.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub mentions: Mentions<FieldKey>,
    pub default: Option<Expr>,
    pub rename: Option<LitStr>,
    pub aliases: Vec<LitStr>,
    pub merge: Option<MergeDecl>,
    pub ttl: Option<LitStr>,
}

impl FieldDecl {
    /// Reads a field and takes our attributes off it. `None` if it has no name.
    pub(crate) fn take(field: &mut Field, errors: &Errors) -> Option<Self> {
        let mut options = FieldOptions::default();
        for attr in field.attrs.extract_if(.., |attr| is_called(attr, "session")) {
            match attr.meta {
                meta if !meta.path().is_ident("session") => errors.push(by_a_path(&meta)),
                Meta::List(list) => read_options(list.tokens, &mut options, errors),
                meta => errors.push(without_list(&meta)),
            }
        }
        let ident = field.ident.clone()?;
        Some(Self { ident, ty: field.ty.clone(), attrs: field.attrs.clone(), options })
    }
}

/// rustc knows the name alone, of all that stands on a field.
fn by_a_path(meta: &Meta) -> Mistake {
    let options = match meta {
        Meta::List(list) => code(&list.tokens),
        _ => "..".to_owned(),
    };
    let fact = "the options of a field are called `session`, without a path";
    Mistake::new(meta.path(), fact, format!("write `#[session({options})]`"))
}

/// `alias = ["a", "b"]`
fn one_by_one(input: ParseStream<'_>) -> Result<(), Mistake> {
    let list = |input: ParseStream<'_>| {
        input.parse::<Token![=]>()?;
        input.parse::<ExprArray>()
    };
    let Ok(list) = list(&input.fork()) else { return Ok(()) };
    let each = list.elems.iter().map(|alias| format!("alias = {}", code(alias))).collect::<Vec<_>>();
    let help = format!(
        "write `{}`",
        if each.is_empty() { "alias = \"old_key\"".to_owned() } else { each.join(", ") }
    );
    Err(Mistake::new(&list, "`alias` takes one key, and may be given several times", help))
}

fn without_list(meta: &Meta) -> Mistake {
    Mistake::new(
        meta,
        "`#[session]` on a field needs options",
        "write for instance `#[session(default = 1)]`",
    )
}

impl Options for FieldOptions {
    type Key = FieldKey;

    fn mentions(&mut self) -> &mut Mentions<FieldKey> {
        &mut self.mentions
    }

    fn read(&mut self, name: &Name<FieldKey>, input: ParseStream<'_>) -> Result<(), Mistake> {
        match name.key {
            FieldKey::Default => self.default = Some(name.expr(input)?),
            FieldKey::Rename => self.rename = Some(name.text(input)?),
            FieldKey::Alias => {
                one_by_one(input)?;
                self.aliases.push(name.text(input)?);
            }
            FieldKey::Merge => self.merge = Some(MergeDecl::parse(name, input)?),
            FieldKey::Ttl => self.ttl = Some(name.text(input)?),
            FieldKey::Skip
            | FieldKey::Privileged
            | FieldKey::Owner
            | FieldKey::Label
            | FieldKey::Impersonator
            | FieldKey::Keep
            | FieldKey::Extra => {
                name.flag(input)?;
            }
        }
        Ok(())
    }

    fn unknown(name: &Ident) -> Mistake {
        if let Some(policy) = MergeKey::find(&name.to_string()) {
            let fact = format!("`{}` is a merge policy, not an option", policy.name());
            return Mistake::new(name, fact, format!("write `{}`", policy.example()));
        }
        match StructKey::find(&name.to_string()) {
            Some(key) => Mistake::new(
                name,
                format!("`{}` is an option of the struct, not of a field", key.name()),
                format!("write `#[session({})]` above the struct", key.example()),
            ),
            None => unknown_here::<FieldKey>(name),
        }
    }
}
