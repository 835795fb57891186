//! warp 0.4: the filter [`session`]. A filter cannot be around others, so the layer is that of tower, around the service:
//!
//! ```
//! use session_runtime::adapter::warp::{recover, session};
//! use session_runtime::{MemoryStore, Sessions, with_session};
//! use tower::{Layer as _, Service as _};
//! use warp::Filter as _;
//!
//! #[session_runtime::session]
//! struct Counter {
//!     visits: u32,
//! }
//!
//! #[with_session]
//! async fn count(session: &mut Counter) -> String {
//!     session.visits += 1;
//!     session.visits.to_string()
//! }
//!
//! let routes = warp::path::end().and(session()).then(count).recover(recover);
//! let service = Sessions::<Counter>::new(MemoryStore::new())?.layer(warp::service(routes));
//! // served by hyper, as any service of tower is
//! # let mut service = service;
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # let response = runtime.block_on(service.call(http::Request::new(String::new()))).unwrap();
//! # assert!(response.headers().contains_key("set-cookie"));
//! # Ok::<(), session_runtime::Error>(())
//! ```

use warp::http::{Extensions, HeaderMap, Method};
use warp::reject::Reject;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection as WarpRejection};

use super::axum::{Http, InRequest, from_http};
use super::extracted::Root;
use super::{Extracted, Failure as _, Rejection};
use crate::edge::{OverHttps, Peer};

/// Extracts the session argument of a handler, whatever kind it is of, and [`Session<S>`](crate::Session) beside it.
pub fn session<T: Extracted>() -> impl Filter<Extract = (T,), Error = WarpRejection> + Copy {
    let found = warp::ext::optional::<InRequest<Root<T>>>();
    let way = warp::ext::optional::<Peer>().and(warp::ext::optional::<OverHttps>());
    found.and(warp::method()).and(warp::header::headers_cloned()).and(way).and_then(
        async |found: Option<InRequest<Root<T>>>,
               method: Method,
               headers: HeaderMap,
               peer: Option<Peer>,
               over_https: Option<OverHttps>| {
            // filters cannot have a request's extensions as they are
            let mut extensions = Extensions::new();
            found.map(|found| extensions.insert(found));
            peer.map(|peer| extensions.insert(peer));
            over_https.map(|over_https| extensions.insert(over_https));
            from_http(&method, &headers, &extensions).await.map_err(warp::reject::custom)
        },
    )
}

impl Reject for Rejection {}

crate::session_failures! { [] Reply {
    fn into_response(self) -> Response {
        self.response::<Http<_>>()
    }
} }

/// Answers requests that were not given their session. Without it, warp says 500 to all of them.
///
/// # Errors
/// Rejections of other filters, as they were.
#[allow(clippy::unused_async, reason = "warp takes a function that returns a future")]
pub async fn recover(rejection: WarpRejection) -> Result<Response, WarpRejection> {
    match rejection.find::<Rejection>() {
        Some(rejection) => Ok(Reply::into_response(rejection.clone())),
        None => Err(rejection),
    }
}
