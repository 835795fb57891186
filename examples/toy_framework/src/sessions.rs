//! The adapter: what the framework says of itself, its middleware, and what its handlers take.

use std::net::IpAddr;

use crate::{App, FromRequest, Middleware, Request, Response};
use session_runtime::adapter::{Adapter, Place, Rejection, around, extract};
use session_runtime::{Refused, RootSession, Sessions, session_extractors};

enum Toy {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Toy {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "call `.wrap(Sessions::<..>::new(store)?)` on the `App`";
    fn method(request: &Request) -> &str { &request.method }
    fn headers<'h>(request: &'h Request, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers.all(name) }
    fn peer(request: &Request) -> Option<IpAddr> { request.peer.map(|peer| peer.ip()) }
    fn place(request: &Request) -> Option<Place> { request.place.clone() }
    fn put(request: &mut Request, place: Place) { request.place = Some(place); }
    fn status(response: &Response) -> u16 { response.status }
    fn lines<'h>(response: &'h Response, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers.all(name) }
    fn append(response: &mut Response, name: &'static str, value: &str) { response.headers.append(name, value); }
    fn remove(response: &mut Response, name: &'static str) { response.headers.remove(name); }
    fn empty(status: u16, refused: Option<Refused>) -> Response { Response { status, refused, ..Response::default() } }
}

impl<R: RootSession> Middleware for Sessions<R> {
    async fn run(&self, request: Request, next: &App) -> Response {
        around::<Toy, _, _>(self, request, |request| next.call(request)).await
    }
}

session_extractors! { [] FromRequest {
    async fn from_request(request: &Request) -> Result<Self, Response> {
        extract::<Toy, Self>(request).await.map_err(Rejection::response::<Toy>)
    }
} }
