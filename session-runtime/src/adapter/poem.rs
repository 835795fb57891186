//! Poem 3: `route.with(sessions)`.

use std::net::{IpAddr, SocketAddr};

use poem::error::ResponseError;
use poem::http::uri::Scheme;
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response};

use super::{Adapter, Place, Refused, Rejection, enter, extract, leave};
use crate::data::RootSession;
use crate::edge::OverHttps;
use crate::error::{Error, Unavailable};
use crate::sessions::Sessions;

enum Poem {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Poem {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "add `.with(Sessions::<..>::new(store)?)` to the route";
    fn method(request: &Request) -> &str { request.method().as_str() }
    fn headers<'h>(request: &'h Request, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn peer(request: &Request) -> Option<IpAddr> { request.remote_addr().as_socket_addr().map(SocketAddr::ip) }
    fn is_over_https(request: &Request) -> bool { *request.scheme() == Scheme::HTTPS || request.extensions().get::<OverHttps>().is_some() }
    fn place(request: &Request) -> Option<Place> { request.extensions().get().cloned() }
    fn put(request: &mut Request, place: Place) { request.extensions_mut().insert(place); }
    fn status(response: &Response) -> u16 { response.status().as_u16() }
    fn lines<'h>(response: &'h Response, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers().get_all(name).iter().map(HeaderValue::as_bytes) }
    fn append(response: &mut Response, name: &'static str, value: &str) {
        let Ok(mut value) = HeaderValue::from_str(value) else { return };
        value.set_sensitive(name == "set-cookie");
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    fn remove(response: &mut Response, name: &'static str) { response.headers_mut().remove(name); }
    fn empty(status: u16, refused: Option<Refused>) -> Response {
        let mut response = Response::from(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let Some(refused) = refused { response.extensions_mut().insert(refused); }
        response
    }
}

impl<R: RootSession, E: Endpoint> Middleware<E> for Sessions<R> {
    type Output = SessionEndpoint<R, E>;

    fn transform(&self, inner: E) -> Self::Output {
        SessionEndpoint { sessions: self.clone(), inner }
    }
}

/// An endpoint whose requests have a session of type `R`; made by [`Sessions`] as a middleware.
pub struct SessionEndpoint<R, E> {
    sessions: Sessions<R>,
    inner: E,
}

impl<R, E> std::fmt::Debug for SessionEndpoint<R, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionEndpoint(..)")
    }
}

impl<R: RootSession, E: Endpoint> Endpoint for SessionEndpoint<R, E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let entered = enter::<Poem, R>(&self.sessions, &mut request);
        let mut response = match self.inner.call(request).await {
            Ok(response) => response.into_response(),
            // a `catch_error` further out can have it as it is
            Err(error) if !entered.is_touched() => return Err(error),
            Err(error) => error.into_response(),
        };
        leave::<Poem>(entered, &mut response).await;
        Ok(response)
    }
}

crate::session_extractors! { ['a] FromRequest<'a> {
    fn from_request(request: &'a Request, _: &mut RequestBody) -> impl Future<Output = poem::Result<Self>> + Send {
        let extracting = extract::<Poem, Self>(request);
        async {
            extracting.await.map_err(|rejection| {
                let refused = rejection.refused();
                let mut error = poem::Error::from(rejection);
                // an error's response has the extensions of the error
                if let Some(refused) = refused {
                    error.set_data(refused);
                }
                error
            })
        }
    }
} }

impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        self.clone().response::<Poem>().status()
    }

    fn as_response(&self) -> Response {
        self.clone().response::<Poem>()
    }
}

/// A handler may return the error of [`Session::save`](crate::Session::save) and the like with `?`. The response is empty; the
/// text is for logs.
impl ResponseError for Error {
    fn status(&self) -> StatusCode {
        self.as_response().status()
    }

    fn as_response(&self) -> Response {
        Poem::empty(Self::status(self), None)
    }
}

/// A handler of `Result<&T, Unavailable>` may return it with `?`: [`Unavailable::status`].
impl ResponseError for Unavailable {
    fn status(&self) -> StatusCode {
        self.as_response().status()
    }

    fn as_response(&self) -> Response {
        Poem::empty(Self::status(self), None)
    }
}
