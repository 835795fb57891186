//! Tokens as the user would write them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens of a type, a path or a name, without the spaces that `TokenStream` prints between all of them.
pub(crate) fn code(tokens: &impl ToTokens) -> String {
    let mut out = String::new();
    write(tokens.to_token_stream(), &mut out);
    out
}

fn write(tokens: TokenStream, out: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                out.push_str(open);
                write(group.stream(), out);
                out.push_str(close);
            }
            TokenTree::Punct(punct) => {
                // `a + b`, `x -> y` and `K, V`, but `Vec<u8>`, `a::b` and `&T`
                let starts_binary = matches!(punct.as_char(), '+' | '=' | '-');
                if starts_binary {
                    out.push(' ');
                }
                out.push(punct.as_char());
                let ends_arrow = punct.as_char() == '>' && (out.ends_with("->") || out.ends_with("=>"));
                if matches!(punct.as_char(), ',' | ';')
                    || ends_arrow
                    || starts_binary && punct.spacing() == Spacing::Alone
                {
                    out.push(' ');
                }
            }
            word => {
                if out.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    out.push(' ');
                }
                out.push_str(&word.to_string());
            }
        }
    }
}

const fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests;
