//! Sessions for viz, by somebody who wrote neither viz nor `session-runtime`: `#[session(adapter = third_party::viz_sessions)]`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use session_runtime::adapter::{self, Adapter, Place, Rejection, around, extract};
use session_runtime::{Refused, RootSession, session_adapter};
use viz::header::{HeaderName, HeaderValue};
use viz::{
    BoxHandler, Error, FromRequest, Handler as _, HandlerExt as _, IntoResponse as _, Next, Request,
    Response, StatusCode, Transform,
};

session_adapter! {
    /// The layer for viz's routers, and what its handlers take.
    pub mod viz_sessions;
}
use viz_sessions::{Extracted, Layer};

enum Viz {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Viz {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "add `.with(Layer(Sessions::<..>::new(store)?))` to the router, after its routes";
    fn method(request: &Request) -> &str { request.method().as_str() }
    fn headers<'h>(request: &'h Request, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn peer(request: &Request) -> Option<IpAddr> { request.extensions().get::<Option<Arc<SocketAddr>>>()?.as_ref().map(|peer| peer.ip()) }
    fn place(request: &Request) -> Option<Place> { request.extensions().get().cloned() }
    fn put(request: &mut Request, place: Place) { request.extensions_mut().insert(place); }
    fn status(response: &Response) -> u16 { response.status().as_u16() }
    fn lines<'h>(response: &'h Response, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn append(response: &mut Response, name: &'static str, value: &str) { if let Ok(value) = HeaderValue::from_str(value) { response.headers_mut().append(HeaderName::from_static(name), value); } }
    fn remove(response: &mut Response, name: &'static str) { response.headers_mut().remove(name); }
    fn empty(status: u16, refused: Option<Refused>) -> Response {
        let mut response = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        refused.map(|refused| response.extensions_mut().insert(refused));
        response
    }
}

impl<R: RootSession> Transform<BoxHandler> for Layer<R> {
    type Output = BoxHandler;
    fn transform(&self, inner: BoxHandler) -> BoxHandler {
        let layer = self.clone();
        let around = async move |layer: Self, (request, inner): Next<Request, BoxHandler>| {
            let next = async |request| inner.call(request).await.unwrap_or_else(Error::into_response);
            Ok(around::<Viz, R, _>(&layer.0, request, next).await)
        };
        inner.around(move |next| around(layer.clone(), next)).boxed()
    }
}

impl<T: adapter::Extracted> FromRequest for Extracted<T> {
    type Error = Response;
    async fn extract(request: &mut Request) -> Result<Self, Response> {
        extract::<Viz, T>(request).await.map(Extracted).map_err(Rejection::response::<Viz>)
    }
}
