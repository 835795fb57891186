//! Poem 3: `route.with(sessions)`.

use std::net::{IpAddr, SocketAddr};

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::uri::Scheme;
use poem::{Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result};

use super::{Adapter, Failure as _, Wrapped, enter, extract, leave};
use crate::data::RootSession;
use crate::sessions::Sessions;

enum Poem {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Poem {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "add `.with(Sessions::<..>::new(store)?)` to the route";
    fn peer(request: &Request) -> Option<IpAddr> { request.remote_addr().as_socket_addr().map(SocketAddr::ip) }
    fn has_tls(request: &Request) -> bool { *request.scheme() == Scheme::HTTPS }
    crate::http_adapter!(poem::http, Response::from);
}

impl<R: RootSession, E: Endpoint> Middleware<E> for Sessions<R> {
    type Output = Wrapped<R, E>;

    fn transform(&self, inner: E) -> Self::Output {
        Wrapped::new(self, inner)
    }
}

impl<R: RootSession, E: Endpoint> Endpoint for Wrapped<R, E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
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
    fn from_request(request: &'a Request, _: &mut RequestBody) -> impl Future<Output = Result<Self>> + Send {
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

crate::session_failures! { [] ResponseError {
    fn status(&self) -> StatusCode {
        self.as_response().status()
    }

    fn as_response(&self) -> Response {
        self.response::<Poem>()
    }
} }
