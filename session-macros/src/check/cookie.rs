//! The cookie: the rules are shared with the runtime, the spans are found here.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{LitBool, LitStr};

use crate::diag::{Errors, Mistake, code};
use crate::parse::StructOptions;

use super::cookie_rules::{Cookie, DEFAULT_NAME, DEFAULT_PATH, Part, SameSite, broken_rules};

/// The letters of `same_site` in lower case, and what they mean.
const SAME_SITE: [(&str, SameSite); 3] =
    [("strict", SameSite::Strict), ("lax", SameSite::Lax), ("none", SameSite::None)];

/// `same_site`, if it was written.
pub(super) fn same_site(written: Option<&LitStr>) -> Result<Option<SameSite>, Mistake> {
    let Some(written) = written else { return Ok(None) };
    let text = written.value().to_ascii_lowercase();
    match SAME_SITE.iter().find(|(name, _)| *name == text) {
        Some((_, same_site)) => Ok(Some(*same_site)),
        None => Err(Mistake::new(
            written,
            format!("{} is no value of `SameSite`", code(written)),
            "write `\"strict\"`, `\"lax\"` or `\"none\"`",
        )),
    }
}

/// Reports the rules that the cookie breaks, with what the runtime's `Policy::DEFAULT` says where nothing was written.
pub(super) fn rules(options: &StructOptions, same_site: Option<SameSite>, errors: &Errors) {
    let text = |option: &Option<LitStr>| option.as_ref().map(LitStr::value);
    let switch = |option: &Option<LitBool>, default| option.as_ref().map_or(default, |value| value.value);
    let name = text(&options.cookie).unwrap_or_else(|| DEFAULT_NAME.to_owned());
    let path = text(&options.path).unwrap_or_else(|| DEFAULT_PATH.to_owned());
    let domain = text(&options.domain);
    let cookie = Cookie {
        name: &name,
        path: &path,
        domain: domain.as_deref(),
        secure: switch(&options.secure, true),
        http_only: switch(&options.http_only, true),
        same_site: same_site.unwrap_or(SameSite::Lax),
        partitioned: switch(&options.partitioned, false),
    };
    for broken in broken_rules(&cookie) {
        errors.push(Mistake::new(&at(options, broken.part), broken.what, broken.help));
    }
}

/// The value of the option to blame. What is not written keeps the rules, so the name is what breaks them then.
fn at(options: &StructOptions, part: Part) -> TokenStream {
    let written = match part {
        Part::Name => options.cookie.to_token_stream(),
        Part::Path => options.path.to_token_stream(),
        Part::Domain => options.domain.to_token_stream(),
        Part::Secure => options.secure.to_token_stream(),
        Part::HttpOnly => options.http_only.to_token_stream(),
        Part::SameSite => options.same_site.to_token_stream(),
        Part::Partitioned => options.partitioned.to_token_stream(),
    };
    if written.is_empty() { options.cookie.to_token_stream() } else { written }
}
