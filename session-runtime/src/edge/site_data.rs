//! `Clear-Site-Data`: what a browser is to forget together with the cookie (S25, ASVS 14.3.1).

use std::sync::Arc;

/// What a browser keeps of this site beside the session's cookie, by the names of W3C Clear Site Data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SiteData {
    /// Responses that it would show again without asking. May take a browser seconds.
    Cache,
    /// All cookies of the registrable domain, those of other applications and of sibling hosts among them.
    Cookies,
    /// `localStorage`, `IndexedDB`, service workers and their kind.
    Storage,
    /// The site's open pages, which are loaded anew. Not every browser knows it.
    ExecutionContexts,
}

impl SiteData {
    const fn name(self) -> &'static str {
        match self {
            Self::Cache => "\"cache\"",
            Self::Cookies => "\"cookies\"",
            Self::Storage => "\"storage\"",
            Self::ExecutionContexts => "\"executionContexts\"",
        }
    }
}

/// The value of the header; `None` for nothing.
pub(super) fn header(data: &[SiteData]) -> Option<Arc<str>> {
    let names: Vec<&str> = data.iter().map(|data| data.name()).collect();
    (!names.is_empty()).then(|| names.join(", ").into())
}
