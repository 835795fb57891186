//! A list of options: `key`, `key = value` and `key(value)`, separated by commas.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};

use crate::diag::{Errors, Mistake, nearest};
use crate::keys::{HandlerKey, Key};

/// A key as written.
#[derive(Clone)]
pub(crate) struct Name<K> {
    pub key: K,
    pub ident: Ident,
}

/// The keys written so far, in the order of the source.
pub(crate) struct Mentions<K>(Vec<Name<K>>);

impl<K: Key> Mentions<K> {
    /// Where `key` was first written.
    pub(crate) fn find(&self, key: K) -> Option<&Ident> {
        self.0.iter().find(|name| name.key == key).map(|name| &name.ident)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Name<K>> {
        self.0.iter()
    }

    /// Of two keys that were both written, the one written later.
    pub(crate) fn later_of(&self, a: K, b: K) -> Option<&Name<K>> {
        self.find(a)?;
        self.find(b)?;
        self.0.iter().rev().find(|name| name.key == a || name.key == b)
    }
}

impl<K> Default for Mentions<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// The options of one attribute.
pub(crate) trait Options {
    /// The keys it knows.
    type Key: Key;

    /// The keys written so far.
    fn mentions(&mut self) -> &mut Mentions<Self::Key>;

    /// Reads the value that follows `name`, and keeps it.
    fn read(&mut self, name: &Name<Self::Key>, input: ParseStream<'_>) -> Result<(), Mistake>;

    /// What to say of a key that this attribute does not know.
    fn unknown(name: &Ident) -> Mistake {
        unknown::<Self::Key>(name)
    }
}

/// Reads a whole list into `options`; what cannot be read is reported and skipped up to the next comma.
pub(crate) fn read_options<O: Options>(tokens: TokenStream, options: &mut O, errors: &Errors) {
    let list = |input: ParseStream<'_>| {
        while !input.is_empty() {
            errors.ok(read_option(input, options));
            skip_to_comma(input, errors);
        }
        Ok(())
    };
    errors.ok(list.parse2(tokens).map_err(Mistake::from));
}

fn read_option<O: Options>(input: ParseStream<'_>, options: &mut O) -> Result<(), Mistake> {
    let Ok(ident) = input.call(Ident::parse_any) else {
        let found = next(input);
        skip(input);
        return Err(Mistake::new(&found, "expected an option", example::<O::Key>()));
    };
    let Some(key) = O::Key::find(&ident.unraw().to_string()) else {
        let mistake = elsewhere::<O::Key>(&ident).unwrap_or_else(|| O::unknown(&ident));
        skip(input);
        return Err(mistake);
    };
    let name = Name { key, ident };
    if options.mentions().find(key).is_some() && !key.repeatable() {
        skip(input);
        return Err(Mistake::new(
            &name.ident,
            format!("`{}` is given twice", key.name()),
            "remove one of the two",
        ));
    }
    options.mentions().0.push(name.clone());
    options.read(&name, input).inspect_err(|_| skip(input))
}

/// A word that other libraries have for an option.
fn elsewhere<K: Key>(name: &Ident) -> Option<Mistake> {
    let written = name.to_string();
    let help =
        K::ELSEWHERE.iter().find(|(words, _)| words.contains(&written.as_str())).map(|(_, help)| help)?;
    Some(Mistake::new(name, no_option(name), help))
}

fn no_option(name: &Ident) -> String {
    format!("there is no option `{name}` here")
}

/// The general case of [`Options::unknown`].
pub(crate) fn unknown<K: Key>(name: &Ident) -> Mistake {
    let fact = no_option(name);
    match nearest::<K>(&name.to_string()) {
        Some(key) => Mistake::new(name, fact, format!("did you mean `{}`?", key.name())),
        None => Mistake::new(name, fact, example::<K>()),
    }
}

/// The same for `#[session]`, where an option may be one of a handler.
pub(crate) fn unknown_here<K: Key>(name: &Ident) -> Mistake {
    match HandlerKey::find(&name.to_string()) {
        Some(key) => Mistake::new(
            name,
            format!("`{}` is an option of a handler, not of the session", key.name()),
            format!("write `#[with_session({})]` above the handler", key.example()),
        ),
        None => unknown::<K>(name),
    }
}

fn example<K: Key>() -> String {
    let names: Vec<String> = K::ALL.iter().map(|key| format!("`{}`", key.name())).collect();
    match names.as_slice() {
        [only] => format!("the only option is {only}"),
        _ => format!("the options are {}", names.join(", ")),
    }
}

/// Reports what stands between a value and the next comma, and steps over both.
fn skip_to_comma(input: ParseStream<'_>, errors: &Errors) {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.push(Mistake::new(
            &next(input),
            "unexpected token after the option",
            "separate options by a comma",
        ));
        skip(input);
    }
    let _: syn::Result<Option<Token![,]>> = input.parse();
}

/// Steps over everything up to the next comma.
fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: syn::Result<TokenTree> = input.parse();
    }
}

/// The token that comes next, for its span.
pub(crate) fn next(input: ParseStream<'_>) -> TokenStream {
    input.fork().parse::<TokenTree>().map_or_else(|_| TokenStream::new(), TokenStream::from)
}
