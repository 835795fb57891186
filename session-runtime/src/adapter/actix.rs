//! actix-web 4: `App::new().wrap(sessions)`.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{
    Error as ActixError, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError,
};

use super::{Adapter, Place, Refused, Rejection, enter, extract, leave};
use crate::data::RootSession;
use crate::edge::OverHttps;
use crate::error::{Error, Unavailable};
use crate::sessions::Sessions;

enum Actix {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Actix {
    type Request = HttpRequest;
    type Response = HttpResponse;
    const FIX: &'static str = "add `.wrap(Sessions::<..>::new(store)?)` to the `App` or its scope";
    fn method(request: &HttpRequest) -> &str { request.method().as_str() }
    fn headers<'h>(request: &'h HttpRequest, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers().get_all(name).map(HeaderValue::as_bytes) }
    fn peer(request: &HttpRequest) -> Option<IpAddr> { request.peer_addr().map(|peer| peer.ip()) }
    fn is_over_https(request: &HttpRequest) -> bool { request.app_config().secure() || request.extensions().contains::<OverHttps>() }
    fn place(request: &HttpRequest) -> Option<Place> { request.extensions().get().cloned() }
    fn put(request: &mut HttpRequest, place: Place) { request.extensions_mut().insert(place); }
    fn status(response: &HttpResponse) -> u16 { response.status().as_u16() }
    fn lines<'h>(response: &'h HttpResponse, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers().get_all(name).map(HeaderValue::as_bytes) }
    fn append(response: &mut HttpResponse, name: &'static str, value: &str) {
        let Ok(mut value) = HeaderValue::from_str(value) else { return };
        value.set_sensitive(name == "set-cookie");
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    fn remove(response: &mut HttpResponse, name: &'static str) { response.headers_mut().remove(name); }
    fn empty(status: u16, refused: Option<Refused>) -> HttpResponse {
        let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let Some(refused) = refused { response.extensions_mut().insert(refused); }
        response
    }
}

impl<R, S, B> Transform<S, ServiceRequest> for Sessions<R>
where
    R: RootSession,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Transform = SessionMiddleware<R, S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SessionMiddleware { sessions: self.clone(), inner }))
    }
}

/// A service whose requests have a session of type `R`; made by [`Sessions`] as a middleware.
pub struct SessionMiddleware<R, S> {
    sessions: Sessions<R>,
    inner: S,
}

impl<R, S> std::fmt::Debug for SessionMiddleware<R, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionMiddleware(..)")
    }
}

impl<R, S, B> Service<ServiceRequest> for SessionMiddleware<R, S>
where
    R: RootSession,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ActixError>>>>;

    actix_web::dev::forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let entered = enter::<Actix, R>(&self.sessions, request.parts_mut().0);
        let next = self.inner.call(request);
        Box::pin(async move {
            match next.await {
                Ok(response) => {
                    let (request, response) = response.map_into_boxed_body().into_parts();
                    let mut response = response;
                    leave::<Actix>(entered, &mut response).await;
                    Ok(ServiceResponse::new(request, response))
                }
                Err(error) => {
                    let mut response = error.error_response();
                    leave::<Actix>(entered, &mut response).await;
                    Err(InternalError::from_response(error, response).into())
                }
            }
        })
    }
}

crate::session_extractors! { [] FromRequest {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(extract::<Actix, Self>(request))
    }
} }

impl ResponseError for Rejection {
    fn error_response(&self) -> HttpResponse {
        self.clone().response::<Actix>()
    }
}

/// A handler may return the error of [`Session::save`](crate::Session::save) and the like with `?`. The response is empty; the
/// text is for logs.
impl ResponseError for Error {
    fn error_response(&self) -> HttpResponse {
        Actix::empty(self.status(), None)
    }
}

/// A handler of `Result<&T, Unavailable>` may return it with `?`: [`Unavailable::status`].
impl ResponseError for Unavailable {
    fn error_response(&self) -> HttpResponse {
        Actix::empty(self.status(), None)
    }
}
