//! `#[with_session]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Signature;

use crate::diag::{Errors, Mistake};
use crate::model::{Handler, Handlers, ImplBlock, ImplMember, RuntimePath};
use crate::parse::{HandlerDecl, HandlersDecl, HandlersItem, ImplDecl, Member, is_called, kind};

use super::arguments::{self, Found};
use super::attributes;
use super::borrows;
use super::guard::{self, Demands};
use super::returns::returns;

/// What the options say for every handler that the attribute is about.
struct Common<'a> {
    runtime: RuntimePath,
    demands: Demands<'a>,
}

/// What `decl` describes. There is always something: what has a mistake is kept as far as it can be.
pub(crate) fn handlers(decl: HandlersDecl, errors: &Errors) -> Handlers {
    let runtime = RuntimePath::new(decl.options.runtime.as_ref());
    let common = Common { runtime, demands: guard::demands(&decl.options, errors) };
    match decl.item {
        HandlersItem::Fn(function) => Handlers::Fn(Box::new(function_alone(function, &common, errors))),
        HandlersItem::Impl(block) => Handlers::Impl(impl_block(block, &common, errors)),
        HandlersItem::Other(item) => {
            let (what, keyword) = kind(&item);
            let fact = format!("`#[with_session]` is for a function or an impl block, and this is {what}");
            let help = match what {
                "a struct" => "for a session type write `#[session]`",
                "a method without a body" => "write it above the method of the impl block",
                _ => "write it above a function that has a session argument",
            };
            errors.push(Mistake::new(&keyword, fact, help));
            Handlers::Unchanged(item.into_token_stream())
        }
    }
}

/// A function with the attribute of its own: it must have a session argument.
fn function_alone(mut decl: HandlerDecl, common: &Common<'_>, errors: &Errors) -> Handler {
    attributes::once_on_handler(&mut decl.attrs, errors);
    let (mut handler, found) = handler(decl, common, errors);
    if handler.arguments.is_empty() {
        match found.suspect {
            Some(suspect) => handler.arguments.extend(suspect.report(errors)),
            None if !found.refused => errors.push(no_argument(&handler.sig)),
            None => {}
        }
    }
    handler
}

/// An impl block: each method that has a session argument is a handler, and one must be.
fn impl_block(decl: ImplDecl, common: &Common<'_>, errors: &Errors) -> ImplBlock {
    let mut suspects = Vec::new();
    let mut refused = false;
    let mut members = Vec::new();
    for member in decl.members {
        members.push(match member {
            Member::Fn(function) => {
                let (handler, found) = handler(method(function, errors), common, errors);
                refused |= found.refused || !handler.arguments.is_empty();
                suspects.extend(found.suspect);
                ImplMember::Fn(handler)
            }
            Member::Other(item) => ImplMember::Other(item),
        });
    }
    if !refused {
        match suspects.as_slice() {
            [] => errors.push(no_method(&decl.head)),
            _ => suspects.iter().for_each(|suspect| drop(suspect.report(errors))),
        }
    }
    ImplBlock { head: decl.head, brace: decl.brace, attrs: decl.attrs, members }
}

/// Takes the attribute off a method whose impl block has it too.
fn method(mut decl: HandlerDecl, errors: &Errors) -> HandlerDecl {
    for attr in decl.attrs.extract_if(.., |attr| is_called(attr, "with_session")) {
        let fact = "`#[with_session]` on the impl block includes this method";
        errors.push(Mistake::new(&attr.meta, fact, "remove one of the two"));
    }
    decl
}

fn handler(decl: HandlerDecl, common: &Common<'_>, errors: &Errors) -> (Handler, Found) {
    let HandlerDecl { attrs, vis, defaultness, mut sig, body } = decl;
    let mut found = arguments::find(&mut sig, errors);
    if !found.arguments.is_empty() {
        not_const(&mut sig, errors);
    }
    let mut arguments = std::mem::take(&mut found.arguments);
    borrows::returned(&mut sig, &mut arguments, errors);
    let inner = common.demands.guard(&mut sig, &mut arguments, errors).map(Box::new);
    let handles = common.demands.csrf.map(|csrf| (csrf, arguments::handles(&sig, &arguments)));
    let returns = returns(&sig.output);
    let runtime = common.runtime.clone();
    (Handler { runtime, attrs, vis, defaultness, sig, arguments, inner, handles, returns, body }, found)
}

fn not_const(sig: &mut Signature, errors: &Errors) {
    if let Some(constness) = sig.constness.take() {
        let fact = "a `const fn` cannot have a session: it may run at compile time";
        errors.push(Mistake::new(&constness, fact, "remove `const`"));
    }
}

fn no_argument(sig: &Signature) -> Mistake {
    let fact = "`#[with_session]` needs an argument called `session`, or one marked `#[session]`";
    let help = match arguments::first_reference(sig) {
        Some((name, ty)) => format!("call it `session: {ty}`, or mark it: `#[session] {name}: {ty}`"),
        None => format!("write `{}`", usage(sig)),
    };
    Mistake::new(&sig.ident, fact, help)
}

/// The signature that would do.
fn usage(sig: &Signature) -> String {
    let asyncness = if sig.asyncness.is_some() { "async " } else { "" };
    let receiver = if sig.receiver().is_some() { "&self, " } else { "" };
    format!("{asyncness}fn {}({receiver}session: &mut YourSession, ..)", sig.ident)
}

fn no_method(head: &TokenStream) -> Mistake {
    let keyword =
        head.clone().into_iter().find(|token| matches!(token, TokenTree::Ident(word) if word == "impl"));
    let fact = "no method of this impl block has an argument called `session`, or one marked `#[session]`";
    let help = "write `async fn handler(session: &mut YourSession, ..)`, or remove `#[with_session]`";
    Mistake::new(&keyword, fact, help)
}
