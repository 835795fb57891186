//! Where generated code seems to stand: errors in it at what the user wrote, its names out of the user's sight.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Generated code that stands at `place`, from its first token to its last: an error about the whole of it is then
/// reported there. What is in its brackets stays where it is, so that an editor does not take it for the user's.
pub(super) fn reported_at(place: &impl ToTokens, code: TokenStream) -> TokenStream {
    let (first, last) = ends(place);
    let mut tokens: Vec<TokenTree> = code.into_iter().collect();
    for token in &mut tokens {
        move_to(token, first);
    }
    if let Some(token) = tokens.last_mut() {
        move_to(token, last);
    }
    tokens.into_iter().collect()
}

/// A variable of ours, which the user's code cannot see. Begin it with `session_`: an item of the same name would be
/// seen by us, and some frameworks make a unit struct of each handler, which may well be called `output`.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same name at the same place, but ours.
pub(super) fn ours(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::mixed_site()));
    name
}

/// The spans of the first and last token.
fn ends(place: &impl ToTokens) -> (Span, Span) {
    let mut tokens = place.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    (first, last)
}

/// Moves a token to `place`. It keeps its hygiene, and a group what is in it.
fn move_to(token: &mut TokenTree, place: Span) {
    let span = place.resolved_at(token.span());
    if let TokenTree::Group(group) = token {
        let mut moved = Group::new(group.delimiter(), group.stream());
        moved.set_span(span);
        *token = moved.into();
    } else {
        token.set_span(span);
    }
}
