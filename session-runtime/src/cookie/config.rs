//! The cookie as it is configured, by the attribute and by the builder together.

use std::fmt::Write as _;

use super::rules::{self, SameSite};
use crate::error::Error;

/// A cookie's name, its attributes, and whether it outlives the browser.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute of its own, on or off")]
pub(crate) struct CookieConfig {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) partitioned: bool,
    pub(crate) same_site: SameSite,
    /// Whether the cookie gets a `Max-Age` without a handler having asked for it (S45).
    pub(crate) persistent: bool,
}

impl CookieConfig {
    /// Refuses a cookie that browsers would ignore, or that would say something else than was meant (T36).
    ///
    /// # Errors
    /// All broken rules in one text, each followed by what to write instead.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let broken = rules::broken_rules(&rules::Cookie {
            name: &self.name,
            path: &self.path,
            domain: self.domain.as_deref(),
            secure: self.secure,
            http_only: self.http_only,
            same_site: self.same_site,
            partitioned: self.partitioned,
        });
        if broken.is_empty() {
            return Ok(());
        }
        let mut text = String::from("the session cookie cannot work");
        for rule in broken {
            // writing into a String cannot fail
            let _ = write!(text, "\n  {}\n    help: {}", rule.what, rule.help);
        }
        Err(Error::config(text))
    }
}
