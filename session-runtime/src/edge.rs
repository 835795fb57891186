//! What meets the web: which requests get their session at all, and what the others are answered with.

pub(crate) mod csrf;
mod forwarded;
pub(crate) mod head;
pub(crate) mod https;
mod network;
mod site_data;
mod statuses;

pub use csrf::CsrfToken;
pub use https::{OverHttps, Peer};
pub use site_data::SiteData;
pub(crate) use statuses::Statuses;

use std::sync::Arc;

use crate::data::Policy;
use crate::error::Error;
use head::Head;
use https::Https;

/// The header that carries the token, unless the application names another one.
const CSRF_HEADER: &str = "x-csrf-token";

/// As it is configured, by the attribute and the builder together.
#[derive(Clone, Debug)]
pub(crate) struct EdgeConfig {
    pub(crate) csrf: bool,
    pub(crate) csrf_header: String,
    pub(crate) require_https: bool,
    pub(crate) proxies: Vec<String>,
    pub(crate) statuses: Statuses,
    pub(crate) site_data: Vec<SiteData>,
}

/// As it is in force.
#[derive(Clone)]
pub(crate) struct Edge {
    /// Whether every unsafe request of a live session must prove itself.
    pub(crate) csrf: bool,
    /// The name of the header that carries the token, in lower case.
    pub(crate) csrf_header: Arc<str>,
    /// `None`: over plain http, too.
    https: Option<Arc<Https>>,
    pub(crate) statuses: Statuses,
    /// What goes with a response that ends the session.
    pub(crate) clear_site_data: Option<Arc<str>>,
}

impl EdgeConfig {
    /// What is declared on the struct.
    pub(crate) fn of(policy: &Policy) -> Self {
        Self {
            csrf: policy.csrf,
            csrf_header: CSRF_HEADER.to_owned(),
            require_https: policy.require_https,
            proxies: Vec::new(),
            statuses: Statuses::default(),
            site_data: Vec::new(),
        }
    }

    /// # Errors
    /// [`Error::is_config`] if a rule is broken. `secure` is the attribute of the cookie.
    pub(crate) fn build(&self, secure: bool) -> Result<Edge, Error> {
        if self.require_https && !secure {
            return Err(Error::config(
                "`require_https` needs a `Secure` cookie: a browser sends any other one over plain http",
            ));
        }
        if self.csrf_header.is_empty() || !self.csrf_header.bytes().all(is_of_a_token) {
            return Err(Error::config(format!(
                "`{}` is no name of a header",
                self.csrf_header.escape_debug()
            )));
        }
        self.statuses.check()?;
        let proxies = self.proxies.iter().map(|text| network::Network::parse(text)).collect::<Result<_, _>>();
        let https = Https::new(proxies?);
        Ok(Edge {
            csrf: self.csrf,
            csrf_header: self.csrf_header.to_ascii_lowercase().into(),
            https: self.require_https.then(|| Arc::new(https)),
            statuses: self.statuses,
            // browsers heed it over https only (W3C Clear Site Data, section 3.1), and so does a site with such a cookie
            clear_site_data: if secure { site_data::header(&self.site_data) } else { None },
        })
    }
}

impl Edge {
    /// Whether the request came over plain http, and must not.
    #[inline]
    pub(crate) fn refuses(&self, head: &impl Head) -> bool {
        self.https.as_ref().is_some_and(|https| !https.is_met_by(head))
    }

    /// Who is trusted to say that a request came over https; `None` if that makes no difference.
    pub(crate) fn proxies(&self) -> Option<Vec<String>> {
        self.https.as_ref().map(|https| https.proxies().map(ToString::to_string).collect())
    }
}

/// Whether the byte can be in the name of a header (RFC 9110, section 5.6.2).
fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
