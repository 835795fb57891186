//! `#[with_session]` and the item under it. The bodies of functions stay unparsed.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, TokenStreamExt as _};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, ImplItem, Item, LitBool, LitStr, Path, Signature, Token, Visibility, braced, token};

use super::guard::{self, RefusalDecl, RequireDecl};
use super::options::{Mentions, Name, Options, next, read_options, unknown};
use crate::diag::{Errors, Mistake};
use crate::keys::{CsrfKey, FieldKey, HandlerKey, Key as _, StructKey};

/// The attribute and its item as written.
pub(crate) struct HandlersDecl {
    pub options: HandlerOptions,
    pub item: HandlersItem,
}

/// What the attribute stands on.
pub(crate) enum HandlersItem {
    Fn(HandlerDecl),
    Impl(ImplDecl),
    Other(Item),
}

/// The options as written.
#[derive(Default)]
pub(crate) struct HandlerOptions {
    pub mentions: Mentions<HandlerKey>,
    pub require: Option<RequireDecl>,
    pub fresh: Option<LitStr>,
    pub or: Option<RefusalDecl>,
    pub activity: Option<LitBool>,
    pub csrf: Option<CsrfKey>,
    pub runtime: Option<Path>,
}

/// A function with its body.
pub(crate) struct HandlerDecl {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub defaultness: Option<Token![default]>,
    pub sig: Signature,
    pub body: Body,
}

/// What stands between the braces of a function.
pub(crate) struct Body {
    pub brace: token::Brace,
    /// `#![..]`
    pub attrs: Vec<Attribute>,
    pub tokens: TokenStream,
}

/// An impl block.
pub(crate) struct ImplDecl {
    /// Everything before the brace.
    pub head: TokenStream,
    pub brace: token::Brace,
    /// `#![..]`
    pub attrs: Vec<Attribute>,
    pub members: Vec<Member>,
}

/// An item of an impl block.
pub(crate) enum Member {
    Fn(HandlerDecl),
    Other(ImplItem),
}

/// Reads both. An item that is no Rust that `syn` knows comes back as it is.
pub(crate) fn handlers(options: TokenStream, item: TokenStream, errors: &Errors) -> HandlersDecl {
    let mut read = HandlerOptions::default();
    read_options(options, &mut read, errors);
    HandlersDecl { options: read, item: handlers_item(item) }
}

fn handlers_item(item: TokenStream) -> HandlersItem {
    if let Ok(function) = syn::parse2(item.clone()) {
        return HandlersItem::Fn(function);
    }
    if let Ok(block) = impl_block.parse2(item.clone()) {
        return HandlersItem::Impl(block);
    }
    HandlersItem::Other(syn::parse2(item.clone()).unwrap_or(Item::Verbatim(item)))
}

impl Options for HandlerOptions {
    type Key = HandlerKey;

    fn mentions(&mut self) -> &mut Mentions<HandlerKey> {
        &mut self.mentions
    }

    fn read(&mut self, name: &Name<HandlerKey>, input: ParseStream<'_>) -> Result<(), Mistake> {
        match name.key {
            HandlerKey::Require => {
                self.require = RequireDecl::in_quotes(input);
                self.require =
                    Some(name.value(input, "the name of a field, without quotes", Parse::parse)?);
                one_field(&mut self.require, input)?;
            }
            HandlerKey::Fresh => self.fresh = Some(name.text(input)?),
            HandlerKey::Or => self.or = Some(RefusalDecl::parse(name, input)?),
            HandlerKey::Activity => self.activity = Some(name.boolean(input)?),
            HandlerKey::Csrf => self.csrf = Some(guard::csrf(name, input)?),
            HandlerKey::Crate => self.runtime = Some(name.path(input)?),
        }
        Ok(())
    }

    fn unknown(name: &Ident) -> Mistake {
        let word = name.to_string();
        let (of, example) = match (StructKey::find(&word), FieldKey::find(&word)) {
            (Some(key), _) => ("the session", format!("`#[session({})]` above the struct", key.example())),
            (None, Some(key)) => ("a field", format!("`#[session({})]` above the field", key.example())),
            (None, None) if word.starts_with(char::is_uppercase) => {
                let help = format!("the session type is that of the argument: `session: &mut {word}`");
                return unknown::<HandlerKey>(name).with_help(help);
            }
            (None, None) => return unknown::<HandlerKey>(name),
        };
        let fact = format!("`{word}` is an option of {of}, not of a handler");
        Mistake::new(name, fact, format!("write {example}"))
    }
}

/// `require = user && admin`, or `user.is_some()`
fn one_field(require: &mut Option<RequireDecl>, input: ParseStream<'_>) -> Result<(), Mistake> {
    let Some(decl) = require.take() else { return Ok(()) };
    if input.is_empty() || input.peek(Token![,]) {
        *require = Some(decl);
        return Ok(());
    }
    let is_call = input.peek(token::Paren);
    // of `user.is_some()`, the field is before the dot
    let field = decl.argument.filter(|argument| is_call && argument != "session").unwrap_or(decl.field);
    let fact = "`require` names one field, which must be set; it is no expression";
    Err(Mistake::new(
        &next(input),
        fact,
        format!("write `require = {field}`, and look at the rest in the handler"),
    ))
}

impl Parse for HandlerDecl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            defaultness: input.parse()?,
            sig: input.parse()?,
            body: Body {
                brace: braced!(content in input),
                attrs: content.call(Attribute::parse_inner)?,
                tokens: content.parse()?,
            },
        })
    }
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.fork().parse::<HandlerDecl>().is_ok() {
            return input.parse().map(Self::Fn);
        }
        input.parse().map(Self::Other)
    }
}

fn impl_block(input: ParseStream<'_>) -> syn::Result<ImplDecl> {
    let mut head = TokenStream::new();
    head.append_all(input.call(Attribute::parse_outer)?);
    if let Some(unsafety) = input.parse::<Option<Token![unsafe]>>()? {
        unsafety.to_tokens(&mut head);
    }
    input.parse::<Token![impl]>()?.to_tokens(&mut head);
    let braces = up_to_last_brace(input, &mut head)?;
    let brace = token::Brace { span: braces.delim_span() };
    let content = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_inner)?;
        let mut members = Vec::new();
        while !input.is_empty() {
            members.push(input.parse()?);
        }
        Ok((attrs, members))
    };
    let (attrs, members) = content.parse2(braces.stream())?;
    Ok(ImplDecl { head, brace, attrs, members })
}

/// The last token of an impl block; `{ .. }` may also be a const argument in its head.
fn up_to_last_brace(input: ParseStream<'_>, head: &mut TokenStream) -> syn::Result<Group> {
    loop {
        match input.parse()? {
            TokenTree::Group(group) if input.is_empty() => return Ok(group),
            token => head.append(token),
        }
    }
}
