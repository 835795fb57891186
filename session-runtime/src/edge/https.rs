//! Which requests came over https (S47). A request cannot say so itself: its scheme and its `Host` are its own words.

use std::net::{IpAddr, SocketAddr};

use super::forwarded;
use super::head::Head;
use super::network::Network;

/// Who is at the other end of the connection: an extension of the request, which the application puts there.
///
/// With [`require_https`](crate::SessionsBuilder::require_https) behind a proxy, it is how the proxy is known. It is the
/// address that the server's socket has, never one that a header names:
///
/// ```no_run
/// use std::net::SocketAddr;
/// use axum::{Router, extract::{ConnectInfo, Request}, middleware::map_request, routing::get};
/// use session_runtime::{MemoryStore, Peer, Sessions, session, with_session};
///
/// #[session(require_https)]
/// struct Shop {
///     visits: u32,
/// }
///
/// #[with_session]
/// async fn visit(session: &mut Shop) {
///     session.visits += 1;
/// }
///
/// async fn with_peer(ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
///     request.extensions_mut().insert(Peer::from(address));
///     request
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).trusted_proxies(["10.0.0.0/8"]).build()?;
/// let app = Router::new().route("/", get(visit)).layer(sessions).layer(map_request(with_peer));
/// let listener = tokio::net::TcpListener::bind("10.0.0.2:3000").await?;
/// axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self(address.ip())
    }
}

/// The request came over https: an extension of the request, put there by an application whose own process ends TLS, or
/// which knows it in a way of its own, such as a proxy on a Unix socket.
///
/// Of a request whose [`Peer`] is a trusted proxy, the proxy's word counts instead.
///
/// ```
/// use axum::{Router, extract::Request, middleware::map_request};
/// use session_runtime::OverHttps;
///
/// async fn over_https(mut request: Request) -> Request {
///     request.extensions_mut().insert(OverHttps);
///     request
/// }
///
/// # let routes: Router = Router::new();
/// // only for the listener that speaks TLS
/// let app: Router = routes.layer(map_request(over_https));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverHttps;

/// `require_https`
pub(crate) struct Https {
    proxies: Vec<Network>,
}

impl Https {
    /// Who is trusted to say so.
    pub(crate) fn proxies(&self) -> impl Iterator<Item = &Network> {
        self.proxies.iter()
    }

    /// These proxies are believed (ASVS 4.1.3).
    pub(crate) const fn new(proxies: Vec<Network>) -> Self {
        Self { proxies }
    }

    /// Whether the request came over https, as far as anybody who is to be believed says so.
    pub(crate) fn is_met_by(&self, head: &impl Head) -> bool {
        let is_proxy = |peer| self.proxies.iter().any(|proxy| proxy.contains(peer));
        if head.peer().is_some_and(is_proxy) { forwarded::is_https(head) } else { head.is_over_https() }
    }
}
