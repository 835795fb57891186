//! axum, and every tower stack over the `http` types.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response as AxumResponse};
use http::header::{CACHE_CONTROL, COOKIE, Entry, LOCATION, SET_COOKIE, VARY};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{Amendment, Rejected, Watch, extract, headers};
use crate::data::{RootSession, SessionData};
use crate::edge::csrf::Demand;
use crate::edge::head::Head;
use crate::edge::{OverHttps, Peer};
use crate::error::{Error, Unavailable};
use crate::session::cell::Cell;
use crate::session::gate::{Gate, Guarded};
use crate::session::{Attempt, Session, WithoutCsrf};
use crate::sessions::Sessions;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

const FIX: &str = "add `.layer(Sessions::<..>::new(store)?)` to the router, after its routes";

/// What the layer leaves in the request, one for each root session type.
struct InRequest<R>(Arc<Cell>, PhantomData<fn() -> R>);

impl<R> Clone for InRequest<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<R, Inner> Layer<Inner> for Sessions<R> {
    type Service = SessionService<R, Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        SessionService { sessions: self.clone(), inner }
    }
}

/// A service whose requests have a session of type `R`; made by [`Sessions`] as a layer.
pub struct SessionService<R, Inner> {
    sessions: Sessions<R>,
    inner: Inner,
}

impl<R, Inner> fmt::Debug for SessionService<R, Inner> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionService(..)")
    }
}

impl<R, Inner: Clone> Clone for SessionService<R, Inner> {
    fn clone(&self) -> Self {
        Self { sessions: self.sessions.clone(), inner: self.inner.clone() }
    }
}

impl<R, Inner, Body, ResBody> Service<Request<Body>> for SessionService<R, Inner>
where
    R: RootSession,
    Inner: Service<Request<Body>, Response = Response<ResBody>>,
    Inner::Error: Send + 'static,
    ResBody: Default + Send + 'static,
{
    type Response = Inner::Response;
    type Error = Inner::Error;
    type Future = SessionFuture<Inner::Future, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let cell = self.sessions.cell();
        let mut watch = None;
        if let Some(outer) = request.extensions_mut().insert(InRequest::<R>(Arc::clone(&cell), PhantomData)) {
            // of two layers of one type, the outer one does the work (T43)
            request.extensions_mut().insert(outer);
        } else {
            watch = Some(Watch::over(cell));
        }
        SessionFuture { inner: self.inner.call(request), watch, committing: None }
    }
}

pin_project! {
    /// The response of a request with a session.
    pub struct SessionFuture<F, Output> {
        #[pin]
        inner: F,
        watch: Option<Watch>,
        // made when it is needed: most requests of most applications ask for no session
        committing: Option<Pin<Box<dyn Future<Output = Output> + Send>>>,
    }
}

impl<F, Output> fmt::Debug for SessionFuture<F, Output> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionFuture(..)")
    }
}

impl<F, B, E> Future for SessionFuture<F, Result<Response<B>, E>>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default + Send + 'static,
    E: Send + 'static,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.committing.is_none() {
            let outcome = ready!(this.inner.poll(cx));
            let Some(watch) = this.watch else { return Poll::Ready(outcome) };
            if !watch.is_touched() {
                watch.close_untouched();
                return Poll::Ready(outcome);
            }
            let Some(mut watch) = this.watch.take() else { return Poll::Ready(outcome) };
            if let Some(amendment) = watch.close_idle() {
                return Poll::Ready(outcome.map(|response| amend(response, amendment)));
            }
            *this.committing = Some(Box::pin(commit(watch, outcome)));
        }
        let Some(committing) = this.committing else { return Poll::Pending };
        committing.as_mut().poll(cx)
    }
}

async fn commit<B: Default, E>(watch: Watch, outcome: Result<Response<B>, E>) -> Result<Response<B>, E> {
    // a service that fails makes no response: whoever turns the failure into one decides on its status
    let status = outcome.as_ref().map_or(500, |response| response.status().as_u16());
    let amendment = watch.close(status).await;
    outcome.map(|response| amend(response, amendment))
}

fn amend<B: Default>(mut response: Response<B>, amendment: Amendment) -> Response<B> {
    if let Some(refused) = amendment.refused {
        // the cookies of other session layers stay: their sessions are committed, and may have another id now
        let others =
            response.headers().get_all(SET_COOKIE).iter().filter(|line| line.is_sensitive()).cloned();
        let mut others: Vec<_> = others.map(|line| (SET_COOKIE, line)).collect();
        if !others.is_empty() {
            others.push((CACHE_CONTROL, HeaderValue::from_static("private")));
        }
        response = Response::new(B::default());
        response.headers_mut().extend(others);
        *response.status_mut() =
            StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(refused);
    }
    let headers = response.headers_mut();
    if amendment.vary {
        match headers.entry(VARY) {
            Entry::Vacant(vary) => {
                vary.insert(HeaderValue::from_static("Cookie"));
            }
            Entry::Occupied(vary) if headers::varies_by_cookie(vary.iter().map(HeaderValue::as_bytes)) => {}
            Entry::Occupied(mut vary) => vary.append(HeaderValue::from_static("Cookie")),
        }
    }
    if amendment.private {
        headers.entry(CACHE_CONTROL).or_insert_with(|| HeaderValue::from_static("private"));
    }
    if let Some(data) = amendment.clear_site_data.and_then(|data| HeaderValue::try_from(&*data).ok()) {
        headers.entry(CLEAR_SITE_DATA).or_insert(data);
    }
    // the writer has checked every byte of it
    if let Some(mut cookie) = amendment.set_cookie.and_then(|line| HeaderValue::try_from(line).ok()) {
        cookie.set_sensitive(true);
        headers.append(SET_COOKIE, cookie);
        match headers.entry(CACHE_CONTROL) {
            Entry::Vacant(cache_control) => {
                cache_control.insert(HeaderValue::from_static("private"));
            }
            Entry::Occupied(mut cache_control) => {
                let private = headers::private(cache_control.iter().map(HeaderValue::as_bytes));
                if let Some(private) = private.and_then(|value| HeaderValue::try_from(value).ok()) {
                    cache_control.insert(private);
                }
            }
        }
    }
    response
}

/// Why a handler was not given its session: it cannot be had, or a guard refused. The response is empty; the log says what
/// to do.
#[derive(Debug)]
pub struct Rejection(Rejected);

impl IntoResponse for Rejection {
    fn into_response(self) -> AxumResponse {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        // the macro has checked every byte of it
        if let Some(target) = self.0.location().and_then(|target| HeaderValue::from_str(target).ok()) {
            response.headers_mut().insert(LOCATION, target);
        }
        if let Some(refused) = self.0.refused() {
            response.extensions_mut().insert(refused);
        }
        response
    }
}

/// A handler may return the error of [`Session::save`] and the like with `?`. The response is empty; the text is for logs.
impl IntoResponse for Error {
    fn into_response(self) -> AxumResponse {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    }
}

/// A handler of `Result<&T, Unavailable>` may return it with `?`: [`Unavailable::status`].
impl IntoResponse for Unavailable {
    fn into_response(self) -> AxumResponse {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response()
    }
}

/// The head of a request.
struct Seen<'a>(&'a Parts);

impl Head for Seen<'_> {
    fn method(&self) -> &str {
        self.0.method.as_str()
    }

    fn cookies(&self) -> impl Iterator<Item = &[u8]> {
        self.0.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes)
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    fn peer(&self) -> Option<IpAddr> {
        self.0.extensions.get().map(|Peer(address)| *address)
    }

    fn is_over_https(&self) -> bool {
        self.0.extensions.get::<OverHttps>().is_some()
    }
}

async fn attempt<S: SessionData>(parts: &Parts, demand: Demand) -> Result<Attempt<S>, Rejection> {
    let cell = parts.extensions.get::<InRequest<S::Root>>().map(|found| Arc::clone(&found.0));
    extract(cell, &Seen(parts), demand, FIX).await.map_err(Rejection)
}

async fn handle<S: SessionData>(parts: &Parts, demand: Demand) -> Result<Session<S>, Rejection> {
    attempt(parts, demand).await?.0.map_err(|unavailable| Rejection(Rejected::Unavailable(unavailable)))
}

impl<S: SessionData, State: Sync> FromRequestParts<State> for Attempt<S> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Rejection> {
        attempt(parts, Demand::Header).await
    }
}

impl<S: SessionData, State: Sync> FromRequestParts<State> for Session<S> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Rejection> {
        handle(parts, Demand::Header).await
    }
}

impl<S: SessionData, State: Sync> FromRequestParts<State> for WithoutCsrf<S> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Rejection> {
        handle(parts, Demand::Nothing).await.map(Self)
    }
}

impl<S: SessionData, G: Gate<S>, State: Sync> FromRequestParts<State> for Guarded<S, G> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Rejection> {
        Self::new(attempt(parts, G::CSRF).await?).map_err(Rejection)
    }
}
