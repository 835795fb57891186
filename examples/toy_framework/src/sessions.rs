//! The adapter: what the framework says of itself, its middleware, and what its handlers take.

use std::net::{IpAddr, SocketAddr};

use crate::{App, FromRequest, Middleware, Request, Response};
use session_runtime::adapter::{Adapter, Failure as _, around, extract};
use session_runtime::{RootSession, Sessions, http_adapter, session_extractors};

enum Toy {}

impl Adapter for Toy {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "call `.wrap(Sessions::<..>::new(store)?)` on the `App`";
    http_adapter!(http, crate::empty);

    fn peer(request: &Request) -> Option<IpAddr> {
        request.extensions().get().map(SocketAddr::ip)
    }
}

impl<R: RootSession> Middleware for Sessions<R> {
    async fn run(&self, request: Request, next: &App) -> Response {
        around::<Toy, _, _>(self, request, |request| next.call(request)).await
    }
}

session_extractors! { [] FromRequest {
    async fn from_request(request: &Request) -> Result<Self, Response> {
        extract::<Toy, Self>(request).await.map_err(|rejection| rejection.response::<Toy>())
    }
} }
