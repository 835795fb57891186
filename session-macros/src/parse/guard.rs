//! The values of `require`, `or` and `csrf`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{LitInt, LitStr, Token, parenthesized};

use super::options::{Name, next};
use crate::diag::{Mistake, code, nearest};
use crate::keys::{CsrfKey, HandlerKey, Key, RefusalKey};

/// `user`, or `shop.user`
pub(crate) struct RequireDecl {
    /// The session argument; without it, there is one to be meant.
    pub argument: Option<Ident>,
    pub field: Ident,
}

/// `redirect("/login")`, `404` or `status(404)`
pub(crate) enum RefusalDecl {
    Redirect(LitStr),
    Status(LitInt),
}

impl Parse for RequireDecl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first = input.parse()?;
        if input.parse::<Option<Token![.]>>()?.is_some() {
            return Ok(Self { argument: Some(first), field: input.parse()? });
        }
        Ok(Self { argument: None, field: first })
    }
}

impl RequireDecl {
    /// What `= "user"` means, which is reported all the same.
    pub(crate) fn in_quotes(input: ParseStream<'_>) -> Option<Self> {
        let ahead = input.fork();
        ahead.parse::<Token![=]>().ok()?;
        ahead.parse::<LitStr>().ok()?.parse().ok()
    }
}

impl RefusalDecl {
    /// Reads what follows `or`.
    pub(crate) fn parse(name: &Name<HandlerKey>, input: ParseStream<'_>) -> Result<Self, Mistake> {
        name.equals(input)?;
        if input.peek(LitInt) {
            return Ok(Self::Status(input.parse()?));
        }
        let found = next(input);
        let word: Ident = input.parse().map_err(|_| unknown(&found))?;
        match RefusalKey::find(&word.unraw().to_string()) {
            Some(RefusalKey::Redirect) => argument(&word, input, RefusalKey::Redirect).map(Self::Redirect),
            Some(RefusalKey::Status) => argument(&word, input, RefusalKey::Status).map(Self::Status),
            None => Err(unknown(&found)),
        }
    }
}

/// What follows `csrf`.
pub(super) fn csrf(name: &Name<HandlerKey>, input: ParseStream<'_>) -> Result<CsrfKey, Mistake> {
    name.equals(input)?;
    let found = next(input);
    let word = input.call(Ident::parse_any).ok();
    if let Some(key) = word.and_then(|word| CsrfKey::find(&word.unraw().to_string())) {
        return Ok(key);
    }
    let written = code(&found);
    let help = nearest::<CsrfKey>(&written).map_or_else(
        || {
            let (form, off) = (CsrfKey::Form.example(), CsrfKey::Off.example());
            format!("write `{form}` if it checks a form's token itself, `{off}` if it is protected otherwise")
        },
        |key| format!("did you mean `{}`?", key.example()),
    );
    Err(Mistake::new(&found, format!("`{written}` is nothing that a handler does with CSRF tokens"), help))
}

/// `(argument)`
fn argument<T: Parse>(word: &Ident, input: ParseStream<'_>, key: RefusalKey) -> Result<T, Mistake> {
    let inner = |input: ParseStream<'_>| {
        let content;
        parenthesized!(content in input);
        let argument = content.parse();
        // what is left would be reported once more
        let rest: TokenStream = content.parse()?;
        if rest.is_empty() { argument } else { Err(input.error("one argument")) }
    };
    inner(input).map_err(|_| {
        let fact = match key {
            RefusalKey::Redirect => "`redirect` needs the path or address of a page, in quotes",
            RefusalKey::Status => "`status` needs a number",
        };
        Mistake::new(word, fact, format!("write `{}`", key.example()))
    })
}

fn unknown(found: &TokenStream) -> Mistake {
    let written = code(found);
    let fact = format!("`{written}` is no answer to a refused request");
    let help = nearest::<RefusalKey>(&written).map_or_else(
        || "write `or = redirect(\"/login\")`, or a status such as `or = 404`".to_owned(),
        |key| format!("did you mean `{}`?", key.example()),
    );
    Mistake::new(found, fact, help)
}
