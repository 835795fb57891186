//! The values of options.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprPath, LitBool, LitInt, LitStr, Path, Token, TypePath, parenthesized};

use super::options::{Name, next};
use crate::diag::{Mistake, code};
use crate::keys::Key;

impl<K: Key> Name<K> {
    /// No value: the option is there or not.
    pub(crate) fn flag(&self, input: ParseStream<'_>) -> Result<(), Mistake> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(Mistake::new(&next(input), format!("`{}` takes no value", self.key.name()), self.help()))
    }

    /// `= "text"`
    pub(crate) fn text(&self, input: ParseStream<'_>) -> Result<LitStr, Mistake> {
        self.value(input, "a string", <LitStr as Parse>::parse)
    }

    /// `= 3`
    pub(crate) fn number(&self, input: ParseStream<'_>) -> Result<LitInt, Mistake> {
        self.value(input, "a whole number", <LitInt as Parse>::parse)
    }

    /// `= true` or `= false`
    pub(crate) fn boolean(&self, input: ParseStream<'_>) -> Result<LitBool, Mistake> {
        let key = self.key.name();
        let help = format!("write `{key} = true` or `{key} = false`");
        self.value(input, "`true` or `false`", LitBool::parse).map_err(|mistake| mistake.with_help(help))
    }

    /// Nothing, or `= true` or `= false`
    pub(crate) fn switch(&self, input: ParseStream<'_>) -> Result<LitBool, Mistake> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(LitBool::new(true, self.ident.span()));
        }
        self.boolean(input)
    }

    /// `= path::to::it`
    pub(crate) fn path(&self, input: ParseStream<'_>) -> Result<Path, Mistake> {
        self.value(input, "a path, without quotes", Path::parse_mod_style)
    }

    /// `= 2`
    pub(crate) fn integer(&self, input: ParseStream<'_>) -> Result<LitInt, Mistake> {
        self.value(input, "a whole number", <LitInt as Parse>::parse)
    }

    /// `= path::to::function`
    pub(crate) fn expr_path(&self, input: ParseStream<'_>) -> Result<ExprPath, Mistake> {
        self.value(input, "the path of a function, without quotes", ExprPath::parse)
    }

    /// `= path::to::Type`
    pub(crate) fn type_path(&self, input: ParseStream<'_>) -> Result<TypePath, Mistake> {
        self.value(input, "the path of a type, without quotes", TypePath::parse)
    }

    /// `= expression`; what is wrong inside of it is said by `syn`.
    pub(crate) fn expr(&self, input: ParseStream<'_>) -> Result<Expr, Mistake> {
        if input.is_empty() || input.peek(Token![,]) {
            let fact = format!("`{}` needs a value", self.key.name());
            let help = format!("{}, or leave it out: the default of the type is taken then", self.help());
            return Err(Mistake::new(&self.ident, fact, help));
        }
        self.equals(input)?;
        input.parse().map_err(|error: syn::Error| {
            let found = next(input);
            let at = if found.is_empty() { self.ident.to_token_stream() } else { found };
            Mistake::new(
                &at,
                format!("the value of `{}` is no expression: {error}", self.key.name()),
                self.help(),
            )
        })
    }

    /// `= word`
    pub(crate) fn word(&self, input: ParseStream<'_>) -> Result<Ident, Mistake> {
        self.value(input, "a name, without quotes", Ident::parse)
    }

    pub(super) fn value<T>(
        &self,
        input: ParseStream<'_>,
        what: &str,
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> Result<T, Mistake> {
        self.equals(input)?;
        let found = next(input);
        parse(input).map_err(|_| {
            let fact = format!("the value of `{}` is {what}, and `{}` is not", self.key.name(), code(&found));
            Mistake::new(&found, fact, self.help())
        })
    }

    /// `=`, with something behind it
    pub(super) fn equals(&self, input: ParseStream<'_>) -> Result<(), Mistake> {
        let equals: Option<Token![=]> = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            let fact = format!("`{}` needs a value", self.key.name());
            return Err(Mistake::new(&self.ident, fact, self.help()));
        }
        if equals.is_none() {
            return Err(self.without_equals(input));
        }
        Ok(())
    }

    /// `cookie("id")`, `cookie: "id"` or `cookie "id"`
    fn without_equals(&self, input: ParseStream<'_>) -> Mistake {
        let (key, at) = (self.key.name(), next(input));
        let value = meant(input).map_or_else(|| self.help(), |value| format!("write `{key} = {value}`"));
        Mistake::new(&at, format!("the value of `{key}` stands after `=`"), value)
    }

    fn help(&self) -> String {
        format!("write `{}`", self.key.example())
    }
}

/// The one value in the parentheses that come next, or behind a colon.
fn meant(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let _: Option<Token![:]> = ahead.parse().ok()?;
    let first: TokenTree = ahead.parse().ok()?;
    let value = match &first {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => group.stream(),
        _ => first.to_token_stream(),
    };
    let is_list = value
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), '=' | ',')));
    let is_all = ahead.is_empty() || ahead.peek(Token![,]);
    (is_all && !is_list && !value.is_empty()).then(|| code(&value))
}

/// `(path)` or `= path`
pub(crate) fn path_argument(input: ParseStream<'_>) -> syn::Result<ExprPath> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return input.parse();
    }
    let content;
    parenthesized!(content in input);
    // what is left would be reported once more
    content.parse().inspect_err(|_| drop(content.parse::<TokenStream>()))
}
