//! Writing the `Set-Cookie` header, which a response carries at most once for the session (S40).

use std::fmt::Write as _;
use std::time::Duration;

use cookie::{Cookie, SameSite};

use super::config::CookieConfig;
use super::rules::{self, MAX_LIFETIME_SECONDS};
use crate::error::Error;
use crate::token::{TEXT, Token};

/// Past, for browsers that know `Max-Age` and for those that do not (S42, S43).
const REMOVED: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// The longest `; Max-Age=` with its number.
const MAX_AGE: usize = "; Max-Age=34560000".len();

/// Writes the header of one session cookie.
///
/// The attributes never change, so they are put together once, and a response costs a concatenation. Setting and
/// removing use the same text: a browser removes a cookie only if name, path and domain are those it was set with (S25).
#[derive(Debug)]
pub(crate) struct CookieWriter {
    /// `name=`
    name: String,
    /// `; HttpOnly; SameSite=Lax; …`
    attributes: String,
}

impl CookieWriter {
    /// # Errors
    /// If the configuration breaks a rule: then none of its text reaches a header (S39, T36).
    pub(crate) fn new(config: &CookieConfig) -> Result<Self, Error> {
        config.check()?;
        let mut cookie = Cookie::build((&config.name, ""))
            .path(&config.path)
            .secure(config.secure)
            .http_only(config.http_only)
            .same_site(match config.same_site {
                rules::SameSite::Strict => SameSite::Strict,
                rules::SameSite::Lax => SameSite::Lax,
                rules::SameSite::None => SameSite::None,
            });
        if let Some(domain) = &config.domain {
            cookie = cookie.domain(domain);
        }
        if config.partitioned {
            cookie = cookie.partitioned(true);
        }
        let name = format!("{}=", config.name);
        let attributes = cookie.build().to_string().split_off(name.len());
        Ok(Self { name, attributes })
    }

    /// Gives the browser this id, until it is closed or for `max_age`, in whole seconds.
    ///
    /// A `Max-Age` of zero would remove the cookie, and one of over 400 days is cut by browsers (S42); neither is
    /// written here.
    pub(crate) fn set(&self, token: &Token, max_age: Option<Duration>) -> String {
        self.write(TEXT, |header| token.write(header), max_age)
    }

    /// [`set`](Self::set), of a cookie that holds its session: `value` is base64url and dots.
    pub(crate) fn set_value(&self, value: &str, max_age: Option<Duration>) -> String {
        self.write(value.len(), |header| header.push_str(value), max_age)
    }

    fn write(&self, length: usize, value: impl FnOnce(&mut String), max_age: Option<Duration>) -> String {
        // what is as long as it has room for becomes a header without being copied
        let age_length = if max_age.is_some() { MAX_AGE } else { 0 };
        let mut header = String::with_capacity(self.name.len() + length + self.attributes.len() + age_length);
        header.push_str(&self.name);
        value(&mut header);
        header.push_str(&self.attributes);
        if let Some(age) = max_age {
            // writing into a String cannot fail
            let _ = write!(header, "; Max-Age={}", age.as_secs().clamp(1, MAX_LIFETIME_SECONDS));
        }
        header
    }

    /// `; HttpOnly; SameSite=Lax; …`
    pub(crate) fn attributes(&self) -> &str {
        &self.attributes
    }

    /// Makes the browser forget the cookie.
    pub(crate) fn remove(&self) -> String {
        [&self.name, &self.attributes, REMOVED].concat()
    }
}

/// Whether the header makes the browser forget the cookie.
pub(crate) fn is_removal(header: &str) -> bool {
    header.ends_with(REMOVED)
}

#[cfg(test)]
mod tests;
