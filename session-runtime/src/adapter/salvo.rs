//! Salvo 1: `router.hoop(sessions)`.

use std::net::IpAddr;

use salvo_core::extract::{Extractible, Metadata};
use salvo_core::http::uri::Scheme;
use salvo_core::prelude::*;

use super::{Adapter, Failure as _, Refused, enter, extract, leave};
use crate::data::RootSession;
use crate::sessions::Sessions;

enum Salvo {}

#[rustfmt::skip] // each says one thing, in one line
impl Adapter for Salvo {
    type Request = Request;
    type Response = Response;
    const FIX: &'static str = "add `.hoop(Sessions::<..>::new(store)?)` to the router, above the route";
    fn peer(request: &Request) -> Option<IpAddr> { request.remote_addr().clone().into_std().map(|peer| peer.ip()) }
    fn has_tls(request: &Request) -> bool { *request.scheme() == Scheme::HTTPS }
    crate::http_adapter!(salvo_core::http);
    fn status(response: &Response) -> u16 { response.status_code.unwrap_or_default().as_u16() }
    fn empty(status: u16, refused: Option<Refused>) -> Response {
        let mut response = Response::new();
        response.status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        refused.map(|refused| response.extensions.insert(refused));
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
        if let Some(Redirected(status)) = response.extensions.remove() {
            response.status_code(status);
        }
        leave::<Salvo>(entered, response).await;
    }
}

/// That a guard sends the browser elsewhere, left among the response's extensions.
#[derive(Clone, Copy)]
struct Redirected(StatusCode);

crate::session_extractors! { ['ex] Extractible<'ex> {
    fn metadata() -> &'static Metadata {
        const { &Metadata::new("Session") }
    }

    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, impl Writer + Send + std::fmt::Debug + 'static> {
        extract::<Salvo, Self>(request).await
    }
} }

crate::session_failures! { [] Scribe {
    fn render(self, response: &mut Response) {
        let Response { headers, extensions, status_code, .. } = self.response::<Salvo>();
        status_code.filter(StatusCode::is_redirection).map(|status| response.extensions.insert(Redirected(status)));
        response.headers.extend(headers);
        response.extensions.extend(extensions);
        response.status_code = status_code;
    }
} }
