//! What meets the web: forged requests, plain http, and what is answered when a session cannot be had.

use super::SessionsBuilder;
use crate::data::RootSession;
use crate::edge::SiteData;

impl<R: RootSession> SessionsBuilder<R> {
    /// Whether unsafe requests of a live session must prove that a page of it is behind them (S28).
    pub fn csrf(mut self, csrf: bool) -> Self {
        self.edge.csrf = csrf;
        self
    }

    /// The header that carries the CSRF token: `X-CSRF-Token` unless said otherwise.
    pub fn csrf_header(mut self, name: impl Into<String>) -> Self {
        self.edge.csrf_header = name.into();
        self
    }

    /// Whether sessions are for https only (S47): over plain http nothing is issued, read or written. A request is then
    /// anonymous, and one that changes the session is refused with 403.
    ///
    /// How a request came is said by [trusted proxies](Self::trusted_proxies), or by the application itself with
    /// [`OverHttps`](crate::OverHttps); where nobody says so, it came over plain http.
    pub fn require_https(mut self, require_https: bool) -> Self {
        self.edge.require_https = require_https;
        self
    }

    /// The proxies whose `X-Forwarded-Proto` and `Forwarded` headers are believed: addresses and networks such as
    /// `10.0.0.0/8` or `fd00::/8`. A request comes from one if its [`Peer`](crate::Peer) does, which the application says.
    ///
    /// A proxy must put its own word in the place of what its client says in these headers, or after it. Every hop that
    /// they name must have been https, and if both headers are there, both must say so.
    pub fn trusted_proxies(mut self, proxies: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.edge.proxies = proxies.into_iter().map(Into::into).collect();
        self
    }

    /// The status for a request whose changes come too late, because its session ended or has another id: 409 unless said
    /// otherwise, and any from 400 to 499.
    pub fn status_when_gone(mut self, status: u16) -> Self {
        self.edge.statuses.gone = status;
        self
    }

    /// The status for a request whose change is refused because another one changed the same: 409 unless said otherwise, and
    /// any from 400 to 499.
    pub fn status_on_conflict(mut self, status: u16) -> Self {
        self.edge.statuses.conflict = status;
        self
    }

    /// The status for a login that is refused because its owner has as many sessions as they may (`max_sessions`): 409 unless
    /// said otherwise, and any from 400 to 499.
    pub fn status_at_limit(mut self, status: u16) -> Self {
        self.edge.statuses.limit = status;
        self
    }

    /// The status for a request whose session is out of reach or cannot be stored for want of room: 503 unless said
    /// otherwise, and any from 500 to 599.
    pub fn status_when_unavailable(mut self, status: u16) -> Self {
        self.edge.statuses.unavailable = status;
        self
    }

    /// What the browser is to forget beside the cookie when a session ends (S25): a `Clear-Site-Data` header on the response
    /// that takes the cookie away, unless the handler has set one. Nothing unless said otherwise, and nothing with a cookie
    /// that is not `Secure`, since browsers heed the header over https only.
    ///
    /// ```
    /// # use session_runtime::{MemoryStore, Sessions, SiteData, session};
    /// # #[session]
    /// # struct Shop {}
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .clear_site_data([SiteData::Cache, SiteData::Storage])
    ///     .build()?;
    /// # Ok::<(), session_runtime::Error>(())
    /// ```
    pub fn clear_site_data(mut self, data: impl IntoIterator<Item = SiteData>) -> Self {
        self.edge.site_data = data.into_iter().collect();
        self
    }
}
