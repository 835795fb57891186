//! Salvo 1: `router.hoop(sessions)`.

use std::fmt::Debug;
use std::net::IpAddr;

use salvo_core::extract::{Extractible, Metadata};
use salvo_core::http::uri::Scheme;
use salvo_core::http::{HeaderName, HeaderValue, StatusCode};
use salvo_core::writing::{Scribe, Writer};
use salvo_core::{Depot, FlowCtrl, Handler, Request, Response, async_trait};

use super::{Adapter, Place, Refused, Rejection, enter, extract, leave};
use crate::data::RootSession;
use crate::edge::OverHttps;
use crate::error::{Error, Unavailable};
use crate::sessions::Sessions;

enum Salvo {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Salvo {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "add `.hoop(Sessions::<..>::new(store)?)` to the router, above the route";
    fn method(request: &Request) -> &str { request.method().as_str() }
    fn headers<'h>(request: &'h Request, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn peer(request: &Request) -> Option<IpAddr> { request.remote_addr().clone().into_std().map(|peer| peer.ip()) }
    fn is_over_https(request: &Request) -> bool { *request.scheme() == Scheme::HTTPS || request.extensions().get::<OverHttps>().is_some() }
    fn place(request: &Request) -> Option<Place> { request.extensions().get().cloned() }
    fn put(request: &mut Request, place: Place) { request.extensions_mut().insert(place); }
    fn status(response: &Response) -> u16 { response.status_code.unwrap_or_default().as_u16() }
    fn lines<'h>(response: &'h Response, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn append(response: &mut Response, name: &'static str, value: &str) {
        let Ok(mut value) = HeaderValue::from_str(value) else { return };
        value.set_sensitive(name == "set-cookie");
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    fn remove(response: &mut Response, name: &'static str) { response.headers_mut().remove(name); }
    fn empty(status: u16, refused: Option<Refused>) -> Response {
        let mut response = Response::new();
        response.status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let Some(refused) = refused { response.extensions.insert(refused); }
        response
    }
}

#[async_trait]
impl<R: RootSession> Handler for Sessions<R> {
    async fn handle(
        &self,
        request: &mut Request,
        depot: &mut Depot,
        response: &mut Response,
        ctrl: &mut FlowCtrl,
    ) {
        let entered = enter::<Salvo, R>(self, request);
        ctrl.call_next(request, depot, response).await;
        // `#[handler]` makes a 400 of a redirect that comes from an extractor
        if let Some(Rejected(status)) = response.extensions.remove() {
            response.status_code(status);
        }
        leave::<Salvo>(entered, response).await;
    }
}

/// The status of a rejection, left among the response's extensions.
#[derive(Clone, Copy)]
struct Rejected(StatusCode);

static METADATA: Metadata = Metadata::new("Session");

crate::session_extractors! { ['ex] Extractible<'ex> {
    fn metadata() -> &'static Metadata {
        &METADATA
    }

    async fn extract(
        request: &'ex mut Request,
        _: &'ex mut Depot,
    ) -> Result<Self, impl Writer + Send + Debug + 'static> {
        extract::<Salvo, Self>(request).await
    }
} }

impl Scribe for Rejection {
    fn render(self, response: &mut Response) {
        let rejection = self.response::<Salvo>();
        response.headers.extend(rejection.headers);
        response.status_code = rejection.status_code;
        response.extensions.extend(rejection.extensions);
        response.extensions.insert(Rejected(rejection.status_code.unwrap_or_default()));
    }
}

/// A handler may return the error of [`Session::save`](crate::Session::save) and the like with `?`. Its text is for logs.
impl Scribe for Error {
    fn render(self, response: &mut Response) {
        response.status_code = Salvo::empty(self.status(), None).status_code;
    }
}

/// A handler of `Result<&T, Unavailable>` may return it with `?`: [`Unavailable::status`].
impl Scribe for Unavailable {
    fn render(self, response: &mut Response) {
        response.status_code = Salvo::empty(self.status(), None).status_code;
    }
}
