//! What the unit tests share.

use proc_macro2::{TokenStream, TokenTree};

use crate::pipeline;

/// The messages of `#[session(options)] item`.
pub(crate) fn session_errors(options: &str, item: &str) -> Vec<String> {
    messages(pipeline::session(tokens(options), tokens(item)))
}

/// The messages of a struct whose only mistake is in this field.
pub(crate) fn field_errors(field: &str) -> Vec<String> {
    session_errors("", &format!("struct S {{ {field} }}"))
}

/// The messages of `#[with_session] item`.
pub(crate) fn handler_errors(item: &str) -> Vec<String> {
    guard_errors("", item)
}

/// The messages of `#[with_session(options)] item`.
pub(crate) fn guard_errors(options: &str, item: &str) -> Vec<String> {
    messages(pipeline::with_session(tokens(options), tokens(item)))
}

/// What is generated, without any spaces.
pub(crate) fn session(options: &str, item: &str) -> String {
    without_spaces(&pipeline::session(tokens(options), tokens(item)))
}

/// What a handler becomes, without any spaces.
pub(crate) fn handler(options: &str, item: &str) -> String {
    without_spaces(&pipeline::with_session(tokens(options), tokens(item)))
}

/// What is generated, as a file of Rust.
pub(crate) fn session_file(options: &str, item: &str) -> syn::File {
    syn::parse2(pipeline::session(tokens(options), tokens(item))).expect("what is generated is Rust")
}

/// Code, or a part of it, in that form.
pub(crate) fn normal(code: &str) -> String {
    code.split_whitespace().collect()
}

/// Fails unless `output` contains `part`, whatever the spaces.
#[track_caller]
pub(crate) fn assert_contains(output: &str, part: &str) {
    let part = normal(part);
    assert!(output.contains(&part), "`{part}` is not in:\n{output}");
}

// how a token stream prints its spaces is not part of its interface
fn without_spaces(tokens: &TokenStream) -> String {
    normal(&tokens.to_string())
}

fn tokens(code: &str) -> TokenStream {
    code.parse().expect("the test is Rust")
}

/// The texts of all `compile_error!`s.
fn messages(output: TokenStream) -> Vec<String> {
    let mut messages = Vec::new();
    let mut trees = output.into_iter().peekable();
    while let Some(tree) = trees.next() {
        if matches!(&tree, TokenTree::Ident(word) if word == "compile_error") {
            trees.next();
            if let Some(TokenTree::Group(group)) = trees.next() {
                messages.push(syn::parse2::<syn::LitStr>(group.stream()).expect("a message").value());
            }
        }
    }
    messages
}
