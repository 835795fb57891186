//! actix-web 4: `App::new().wrap(sessions)`.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};

use super::{Adapter, Failure as _, Rejection, Wrapped, enter, extract, leave};
use crate::data::RootSession;
use crate::sessions::Sessions;

enum Actix {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Actix {
    type Request = HttpRequest;
    type Response = HttpResponse;
    const FIX: &'static str = "add `.wrap(Sessions::<..>::new(store)?)` to the `App` or its scope";
    fn peer(request: &HttpRequest) -> Option<IpAddr> { request.peer_addr().map(|peer| peer.ip()) }
    fn has_tls(request: &HttpRequest) -> bool { request.app_config().secure() }
    crate::http_adapter!(actix_web::http, HttpResponse::new);
}

impl<R: RootSession, B: MessageBody + 'static, S> Transform<S, ServiceRequest> for Sessions<R>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error, Future: 'static>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = Wrapped<R, S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Wrapped::new(self, inner)))
    }
}

impl<R: RootSession, B: MessageBody + 'static, S> Service<ServiceRequest> for Wrapped<R, S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error, Future: 'static>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let entered = enter::<Actix, R>(&self.sessions, request.parts_mut().0);
        let next = self.inner.call(request);
        Box::pin(async move {
            match next.await.map(ServiceResponse::map_into_boxed_body) {
                Ok(mut response) => {
                    leave::<Actix>(entered, response.response_mut()).await;
                    Ok(response)
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

crate::session_failures! { [] ResponseError {
    fn error_response(&self) -> HttpResponse {
        self.response::<Actix>()
    }
} }
