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

use warp::http::header::{HeaderValue, LOCATION};
use warp::http::{HeaderMap, Method, StatusCode};
use warp::reject::Reject;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection as WarpRejection};

use super::axum::{InRequest, Seen, Way, seen};
use super::extracted::Root;
use super::{Extracted, Rejection};
use crate::edge::{OverHttps, Peer};
use crate::error::{Error, Unavailable};

/// Extracts the session argument of a handler, whatever kind it is of, and [`Session<S>`](crate::Session) beside it.
pub fn session<T: Extracted>() -> impl Filter<Extract = (T,), Error = WarpRejection> + Copy {
    let found = warp::ext::optional::<InRequest<Root<T>>>();
    let way = warp::ext::optional::<Peer>().and(warp::ext::optional::<OverHttps>());
    found.and(warp::method()).and(warp::header::headers_cloned()).and(way).and_then(
        async |found: Option<InRequest<Root<T>>>,
               method: Method,
               headers: HeaderMap,
               peer,
               over_https: Option<OverHttps>| {
            let way = Way::Told(peer, over_https.is_some());
            let head = Seen { method: &method, headers: &headers, way };
            seen::<T>(found.as_ref(), &head).await.map_err(warp::reject::custom)
        },
    )
}

impl Reject for Rejection {}

impl Reply for Rejection {
    fn into_response(self) -> Response {
        let mut response = empty(self.status());
        if let Some(target) = self.location().and_then(|target| HeaderValue::from_str(target).ok()) {
            response.headers_mut().insert(LOCATION, target);
        }
        if let Some(refused) = self.refused() {
            response.extensions_mut().insert(refused);
        }
        response
    }
}

/// A handler may return the error of [`Session::save`](crate::Session::save) and the like. The response is empty; the text is
/// for logs.
impl Reply for Error {
    fn into_response(self) -> Response {
        empty(self.status())
    }
}

/// A handler of `Result<&T, Unavailable>` may return it: [`Unavailable::status`].
impl Reply for Unavailable {
    fn into_response(self) -> Response {
        empty(self.status())
    }
}

fn empty(status: u16) -> Response {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

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
