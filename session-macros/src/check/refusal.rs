//! `or = ..`: what a refused request is answered with.

use quote::ToTokens as _;
use syn::{LitInt, LitStr};

use crate::diag::Mistake;
use crate::model::Refusal;
use crate::parse::RefusalDecl;

/// The longest target, in bytes. No page has a longer address, and some proxies take no longer one.
const MAX_TARGET_BYTES: usize = 1_024;

/// The answer.
pub(super) fn refusal(written: &RefusalDecl) -> Result<Refusal, Mistake> {
    match written {
        RefusalDecl::Status(code) => status(code),
        RefusalDecl::Redirect(to) => redirect(to),
    }
}

/// A refusal is the client's error: anything else would commit or hide what it is.
fn status(code: &LitInt) -> Result<Refusal, Mistake> {
    let number = code.base10_parse().ok().filter(|_| code.suffix().is_empty());
    number.filter(|number| (400..=499).contains(number)).map(Refusal::Status).ok_or_else(|| {
        let fact =
            format!("`{}` is no status of a refusal, which is one from 400 to 499", code.to_token_stream());
        Mistake::new(code, fact, "write `or = 404`, or `or = redirect(\"/login\")`")
    })
}

/// A path of this site, or an address, in the letters that one is made of (RFC 3986); it goes into a header as it is.
fn redirect(to: &LitStr) -> Result<Refusal, Mistake> {
    let target = to.value();
    let mistake = |fact: &str, help: &str| Err(Mistake::new(to, fact, help));
    if let Some(letter) = target.chars().find(|letter| !is_of_an_address(*letter)) {
        let fact = format!("`{}` cannot be in an address", letter.escape_debug());
        return mistake(&fact, "write it as `%` and two hexadecimal digits for each of its bytes");
    }
    if target.split('%').skip(1).any(|rest| !begins_with_hex(rest)) {
        return mistake("`%` is not followed by two hexadecimal digits", "write `%25` for the sign itself");
    }
    if target.len() > MAX_TARGET_BYTES {
        return mistake("an address has at most 1024 bytes here", "redirect to a page with a shorter one");
    }
    if target.starts_with("//") {
        let help = "write one `/` for a path of this site, `https://` for another one";
        return mistake("what follows `//` is read as the name of another host", help);
    }
    let elsewhere = ["https://", "http://"].iter().find_map(|scheme| target.strip_prefix(scheme));
    let is_host = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[');
    if target.starts_with('/') || elsewhere.is_some_and(is_host) {
        return Ok(Refusal::Redirect(target));
    }
    let fact = "a redirect goes to a path, which begins with `/`, or to an `https://` or `http://` address";
    mistake(fact, "write `or = redirect(\"/login\")`")
}

fn is_of_an_address(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(letter)
}

fn begins_with_hex(text: &str) -> bool {
    text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
