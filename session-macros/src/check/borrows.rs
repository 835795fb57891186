//! What a handler returns cannot borrow from its session.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ReturnType, Signature, Type};

use crate::diag::{Errors, Mistake};
use crate::model::{Argument, Mode};

use super::arguments::reference;

/// What stands before parentheses in which `&` says nothing of the whole type.
const FUNCTIONS: [&str; 7] = ["fn", "Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "for"];

/// How a lifetime that has no name is called here.
const ELIDED: &str = "_";

/// Reports a return type that can only borrow from a session: it has a lifetime that no other argument has. What is
/// elided in it is given a lifetime, so that rustc does not ask for one.
pub(super) fn returned(sig: &mut Signature, arguments: &mut [Argument], errors: &Errors) {
    let ReturnType::Type(_, ty) = &sig.output else { return };
    let (mut of_sessions, mut of_others) = (Vec::new(), Vec::new());
    for (index, input) in sig.inputs.iter().enumerate() {
        let is_session = arguments.iter().any(|argument| argument.index == index);
        let names = if is_session { &mut of_sessions } else { &mut of_others };
        names.extend(lifetimes(input.to_token_stream()));
    }
    let tokens = ty.to_token_stream();
    let is_borrowed = |name: &String| of_sessions.contains(name) && !of_others.contains(name);
    if names_a_function(&tokens) || !lifetimes(tokens.clone()).iter().any(is_borrowed) {
        return;
    }
    let fact =
        "what is returned cannot borrow from the session, which is given back when the handler returns";
    errors.push(Mistake::new(ty, fact, "return a value of its own, such as `String` for `&str`"));
    if let (ReturnType::Type(_, ty), Ok(known)) = (&mut sig.output, syn::parse2::<Type>(named(tokens))) {
        **ty = known;
    }
    for argument in arguments {
        argument.mode = Mode::Mistaken;
        // nothing that is extracted says any more what `&_` is
        if let Some(reference) = reference(&mut argument.ty) {
            *reference.elem = argument.data.clone();
        }
    }
}

/// The lifetimes in a type, in their order. `syn` could tell, too, with a feature that visits everything.
fn lifetimes(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match (&tree, trees.peek()) {
            (TokenTree::Group(group), _) => found.extend(lifetimes(group.stream())),
            (tree, Some(TokenTree::Ident(name))) if is(tree, '\'') => found.push(name.to_string()),
            (tree, Some(next)) if is(tree, '&') && !is(next, '\'') => found.push(ELIDED.to_owned()),
            _ => {}
        }
    }
    found
}

/// The same type with `'static` for each lifetime that is elided.
fn named(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match (tree, trees.peek()) {
            (TokenTree::Group(group), _) => {
                let mut known = proc_macro2::Group::new(group.delimiter(), named(group.stream()));
                known.set_span(group.span());
                out.extend([TokenTree::from(known)]);
            }
            (tree, Some(TokenTree::Ident(name))) if is(&tree, '\'') && *name == ELIDED => {
                trees.next();
                out.extend(of_the_program(tree.span()));
            }
            (tree, Some(next)) if is(&tree, '&') && !is(next, '\'') => {
                let span = tree.span();
                out.extend([tree]);
                out.extend(of_the_program(span));
            }
            (tree, _) => out.extend([tree]),
        }
    }
    out
}

/// `'static`
fn of_the_program(span: Span) -> [TokenTree; 2] {
    let mut tick = Punct::new('\'', Spacing::Joint);
    tick.set_span(span);
    [tick.into(), Ident::new("static", span).into()]
}

fn is(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn names_a_function(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => FUNCTIONS.iter().any(|name| word == name),
        TokenTree::Group(group) => names_a_function(&group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
