//! Sessions for viz, by somebody who wrote neither viz nor `session-runtime`: `#[session(adapter = third_party::viz_sessions)]`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use session_runtime::adapter::{self, Adapter, Failure as _, around, extract};
use session_runtime::{RootSession, http_adapter, session_adapter};
use viz::{BoxHandler, Error, FromRequest, Handler, IntoResponse, Next, Request, Response, Result};

session_adapter! {
    /// The layer for viz's routers, and what its handlers take.
    pub mod viz_sessions;
}
use viz_sessions::{Extracted, Layer};

enum Viz {}

impl Adapter for Viz {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str =
        "add `.with_handler(Layer(Sessions::<..>::new(store)?))` to the router, after its routes";
    http_adapter!(viz, IntoResponse::into_response);

    fn peer(request: &Request) -> Option<IpAddr> {
        request.extensions().get::<Option<Arc<SocketAddr>>>()?.as_ref().map(|peer| peer.ip())
    }
}

#[viz::async_trait]
impl<R: RootSession> Handler<Next<Request, BoxHandler>> for Layer<R> {
    type Output = Result<Response>;

    async fn call(&self, (request, inner): Next<Request, BoxHandler>) -> Self::Output {
        let next = async |request| inner.call(request).await.unwrap_or_else(Error::into_response);
        Ok(around::<Viz, R, _>(&self.0, request, next).await)
    }
}

impl<T: adapter::Extracted> FromRequest for Extracted<T> {
    type Error = Response;

    async fn extract(request: &mut Request) -> Result<Self, Response> {
        extract::<Viz, T>(request).await.map(Extracted).map_err(|rejection| rejection.response::<Viz>())
    }
}
