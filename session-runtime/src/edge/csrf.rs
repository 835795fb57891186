//! Requests that another site makes a browser send (S28): which must prove that a page of this site is behind them, and
//! how.

mod token;

pub use token::CsrfToken;
pub(crate) use token::shows;

use super::Edge;
use super::head::Head;

/// What a place asks of an unsafe request that hands out the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The token in a header, before anything is handed out, if the session type declares `csrf`.
    Header,
    /// The same, or else the token in the body, which the handler hands to `verify_csrf`. Whether or not it is declared.
    Form,
    /// Nothing: the endpoint is protected otherwise.
    Nothing,
}

impl Demand {
    /// Whether this request has to prove anything.
    #[inline]
    pub(crate) fn is_made_of(self, edge: &Edge, head: &impl Head) -> bool {
        let made = match self {
            Self::Header => edge.csrf,
            Self::Form => true,
            Self::Nothing => false,
        };
        made && !is_safe(head.method())
    }
}

/// Methods that ask for nothing to be done (RFC 9110, section 9.2.1). Any other one may, whatever its name.
fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// Whether the browser says that another site made it send this (Fetch Metadata). Such a request is refused whatever it
/// carries, with or without a session, so also the login that somebody else types in (login CSRF). A browser that does
/// not say has to have the token.
pub(crate) fn is_cross_site(head: &impl Head) -> bool {
    head.lines("sec-fetch-site").any(|line| line.trim_ascii().eq_ignore_ascii_case(b"cross-site"))
}

/// The one line that carries the token: two of them are nobody's honest request.
pub(crate) fn in_header<'h>(edge: &Edge, head: &'h impl Head) -> Option<&'h [u8]> {
    let mut lines = head.lines(&edge.csrf_header);
    let line = lines.next()?;
    lines.next().is_none().then_some(line)
}
