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
use http::header::{CACHE_CONTROL, COOKIE, Entry, SET_COOKIE, VARY};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::extracted::{Root, presented};
use super::present::opened;
use super::{Adapter, Amendment, Extracted, Failure as _, Rejection, Watch, Wrapped, headers};
use crate::data::RootSession;
use crate::edge::head::Head;
use crate::edge::{OverHttps, Peer};
use crate::session::cell::Cell;
use crate::sessions::Sessions;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

const FIX: &str = "add `.layer(Sessions::<..>::new(store)?)` to the router, after its routes";

/// What the layer leaves in the request, one for each root session type.
pub(super) struct InRequest<R>(Arc<Cell>, PhantomData<fn() -> R>);

impl<R> Clone for InRequest<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<R, Inner> Layer<Inner> for Sessions<R> {
    type Service = Wrapped<R, Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        Wrapped::new(self, inner)
    }
}

impl<R, Inner, Body, ResBody> Service<Request<Body>> for Wrapped<R, Inner>
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

    // where it is inlined, the request is copied once more
    #[inline(never)]
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

fn commit<B: Default, E>(
    watch: Watch,
    outcome: Result<Response<B>, E>,
) -> impl Future<Output = Result<Response<B>, E>> {
    // a service that fails makes no response: whoever turns the failure into one decides on its status
    let status = outcome.as_ref().map_or(500, |response| response.status().as_u16());
    // an `async fn` would hold each argument twice
    async move {
        let amendment = watch.close(status).await;
        outcome.map(|response| amend(response, amendment))
    }
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
        response = Http::empty(refused.status(), Some(refused));
        response.headers_mut().extend(others);
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

/// What has responses of the crate `http`, for [`Failure::response`](super::Failure::response) behind the layer, such as on bare
/// hyper: `rejection.response::<Http<Body>>()`. A type without values.
pub struct Http<B>(PhantomData<B>);

impl<B: Default> Adapter for Http<B> {
    type Request = Request<()>;
    type Response = Response<B>;
    const FIX: &'static str = FIX;
    crate::http_adapter!(http, blank);
}

fn blank<B: Default>(status: StatusCode) -> Response<B> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

crate::session_failures! { [] IntoResponse {
    fn into_response(self) -> AxumResponse {
        self.response::<Http<_>>()
    }
} }

/// The head of a request.
struct Seen<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl Head for Seen<'_> {
    fn method(&self) -> &str {
        self.method.as_str()
    }

    fn cookies(&self) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes)
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    fn peer(&self) -> Option<IpAddr> {
        self.extensions.get().map(|Peer(address)| *address)
    }

    fn is_over_https(&self) -> bool {
        self.extensions.get::<OverHttps>().is_some()
    }
}

crate::session_extractors! { [State: Sync] FromRequestParts<State> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Rejection> {
        from_http(&parts.method, &parts.headers, &parts.extensions).await
    }
} }

/// The session of a request on bare hyper, or of a call of tonic: of what has these headers and extensions behind the layer.
///
/// Nothing is borrowed once this has returned. A call of tonic is a `POST`; its `metadata().clone().into_headers()` are the headers.
///
/// ```
/// use http::{Request, Response};
/// use session_runtime::{MemoryStore, Session, Sessions, adapter};
/// use tower::{Layer as _, Service as _, service_fn};
///
/// #[session_runtime::session]
/// struct Counter {
///     visits: u32,
/// }
///
/// let count = service_fn(async |request: Request<String>| {
///     let session: Session<Counter> = adapter::from_http(request.method(), request.headers(), request.extensions()).await?;
///     let visits = session.update(|counter| { counter.visits += 1; counter.visits });
///     Ok::<_, adapter::Rejection>(Response::new(visits.to_string()))
/// });
/// let mut service = Sessions::<Counter>::new(MemoryStore::new())?.layer(count);
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let response = runtime.block_on(service.call(Request::new(String::new()))).unwrap();
/// assert!(response.headers().contains_key("set-cookie"));
/// # Ok::<(), session_runtime::Error>(())
/// ```
///
/// # Errors
/// [`Rejection`], which is a response of axum, and otherwise says what the response is to be.
#[inline]
pub fn from_http<T: Extracted>(
    method: &Method,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> impl Future<Output = Result<T, Rejection>> + Send + use<T> {
    let cell = extensions.get().map(|InRequest::<Root<T>>(cell, _)| Arc::clone(cell));
    opened(presented::<T>(cell, &Seen { method, headers, extensions }, FIX))
}
