//! The kit: what a framework says of itself, and what is done around its handlers.

use std::any::TypeId;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Amendment, Refused, Watch, headers};
use crate::data::RootSession;
use crate::edge::head::Head;
use crate::session::cell::Cell;
use crate::sessions::Sessions;

/// What a framework says of itself. Each is one line; none of them decides anything.
///
/// It is implemented for a type that stands for the framework and has no values, so that whoever writes an adapter need own
/// neither the framework's types nor this crate's. Names of headers are in lower case, and are to be compared without
/// regard to case.
pub trait Adapter {
    /// The request, as far as extractors see it.
    type Request;

    /// The response, as far as middleware sees it.
    type Response;

    /// What to do about a route without sessions, for the log: ``"call `.sessions(..)` on the application"``.
    const FIX: &'static str;

    /// The request's method, as it was sent.
    fn method(request: &Self::Request) -> &str;

    /// The values of the request's header lines of this name, each as its bytes (S46). Do not join, trim or decode them, and
    /// leave none out because it is no text (T9).
    fn headers<'h>(request: &'h Self::Request, name: &str) -> impl Iterator<Item = &'h [u8]>;

    /// Who is at the other end of the connection, by the server's socket, never by a header: of a trusted proxy, headers are
    /// believed ([`require_https`](crate::SessionsBuilder::require_https)).
    fn peer(request: &Self::Request) -> Option<IpAddr> {
        let _ = request;
        None
    }

    /// Whether the framework itself ended TLS for this request. Neither what a proxy says in a header nor the scheme in the
    /// request's target is meant: both are the client's own words.
    fn has_tls(request: &Self::Request) -> bool {
        let _ = request;
        false
    }

    /// That, or the application says [`OverHttps`](crate::OverHttps) of the request.
    fn is_over_https(request: &Self::Request) -> bool {
        Self::has_tls(request)
    }

    /// What [`put`](Self::put) left in the request.
    fn place(request: &Self::Request) -> Option<Place>;

    /// Leaves something in the request, in the place of what was left there before: a field, or an extension.
    fn put(request: &mut Self::Request, place: Place);

    /// The response's status.
    fn status(response: &Self::Response) -> u16;

    /// The values of the response's header lines of this name.
    fn lines<'h>(response: &'h Self::Response, name: &str) -> impl Iterator<Item = &'h [u8]>;

    /// Adds a header line to those that are there.
    fn append(response: &mut Self::Response, name: &'static str, value: &str);

    /// Removes all header lines of this name.
    fn remove(response: &mut Self::Response, name: &'static str);

    /// An empty response of this status, `refused` goes where the application can find it,
    /// such as the response's extensions.
    fn empty(status: u16, refused: Option<Refused>) -> Self::Response;
}

/// The head of a request of the framework `A`.
pub(super) struct Seen<'a, A: Adapter>(pub(super) &'a A::Request);

impl<A: Adapter> Head for Seen<'_, A> {
    fn method(&self) -> &str {
        A::method(self.0)
    }

    fn cookies(&self) -> impl Iterator<Item = &[u8]> {
        A::headers(self.0, "cookie")
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        A::headers(self.0, name)
    }

    fn peer(&self) -> Option<IpAddr> {
        A::peer(self.0)
    }

    fn is_over_https(&self) -> bool {
        A::is_over_https(self.0)
    }
}

/// The sessions that a request may ask for, of all layers that it came through.
#[derive(Clone)]
pub struct Place(Arc<Layer>);

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(..)")
    }
}

struct Layer {
    root: TypeId,
    cell: Arc<Cell>,
    outer: Option<Place>,
    sent: Sent,
}

impl Place {
    /// The cell of the root session `R`.
    pub(super) fn cell<R: RootSession>(&self) -> Option<Arc<Cell>> {
        let mut at = Some(self);
        while let Some(Self(layer)) = at {
            if layer.root == TypeId::of::<R>() {
                return Some(Arc::clone(&layer.cell));
            }
            at = layer.outer.as_ref();
        }
        None
    }
}

/// The `Set-Cookie` values that the layers of one request sent so far.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<String>>>);

impl Sent {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        // a panic cannot leave it half changed: it is only pushed to
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is on its way through the application. Dropped before [`leave`], by a panic or because the client went
/// away, it has what must not be lost carried out by a task of its own: a logout, a rotation, a privilege given up.
#[must_use = "nothing is stored until `leave`"]
pub struct Entered(Option<(Watch, Sent)>);

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered(..)")
    }
}

impl Entered {
    /// Whether anything asked for the session. If not, a response needs nothing, and [`leave`] may be left out.
    pub fn is_touched(&self) -> bool {
        self.0.as_ref().is_some_and(|(watch, _)| watch.is_touched())
    }
}

/// Gives the request a session of type `R`, before its handler runs. No I/O.
///
/// Of two layers of one type, the outer one does the work, and this does nothing (T43).
pub fn enter<A: Adapter, R: RootSession>(sessions: &Sessions<R>, request: &mut A::Request) -> Entered {
    let outer = A::place(request);
    if outer.as_ref().is_some_and(|place| place.cell::<R>().is_some()) {
        return Entered(None);
    }
    let cell = sessions.cell();
    let sent = outer.as_ref().map_or_else(Sent::default, |Place(layer)| layer.sent.clone());
    let (root, watched) = (TypeId::of::<R>(), Arc::clone(&cell));
    A::put(request, Place(Arc::new(Layer { root, cell, outer, sent: sent.clone() })));
    Entered(Some((Watch::over(watched), sent)))
}

/// Commits what the request did with its session, now that the response's status is known, and puts into the response what
/// it must carry. If the session cannot be saved, the response is replaced, and the reason is returned, too.
///
/// A handler's error must be a response by now: its status decides whether changes are kept.
pub async fn leave<A: Adapter>(entered: Entered, response: &mut A::Response) -> Option<Refused> {
    let (mut watch, sent) = entered.0?;
    if !watch.is_touched() {
        watch.close_untouched();
        return None;
    }
    let amendment = match watch.close_idle() {
        Some(amendment) => amendment,
        None => watch.close(A::status(response)).await,
    };
    let refused = amendment.refused.clone();
    amend::<A>(response, amendment, &sent);
    refused
}

/// Runs the rest of the application, and does what is needed before and after it: [`enter`], `next`, [`leave`].
pub async fn around<A: Adapter, R: RootSession, F>(
    sessions: &Sessions<R>,
    mut request: A::Request,
    next: impl FnOnce(A::Request) -> F,
) -> A::Response
where
    F: Future<Output = A::Response>,
{
    let entered = enter::<A, R>(sessions, &mut request);
    let mut response = next(request).await;
    leave::<A>(entered, &mut response).await;
    response
}

/// Something with sessions of type `R` around it, where a framework wants a type for that.
///
/// A middleware trait's method makes it of [`Sessions`] and the rest of the application; the framework's other trait, on
/// this, calls [`around`].
pub struct Wrapped<R, Inner> {
    /// The sessions.
    pub sessions: Sessions<R>,
    /// What is within.
    pub inner: Inner,
}

impl<R, Inner> Wrapped<R, Inner> {
    /// `inner` with these sessions around it.
    pub fn new(sessions: &Sessions<R>, inner: Inner) -> Self {
        Self { sessions: sessions.clone(), inner }
    }
}

// not derived: that would ask for `R: Clone`
impl<R, Inner: Clone> Clone for Wrapped<R, Inner> {
    // axum does it for each request
    #[inline]
    fn clone(&self) -> Self {
        Self { sessions: self.sessions.clone(), inner: self.inner.clone() }
    }
}

impl<R, Inner> fmt::Debug for Wrapped<R, Inner> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrapped(..)")
    }
}

const CLEAR_SITE_DATA: &str = "clear-site-data";

// axum's adapter has its own, on `http`'s entries, which look for each name once
fn amend<A: Adapter>(response: &mut A::Response, amendment: Amendment, sent: &Sent) {
    if let Some(refused) = amendment.refused {
        // the cookies of other session layers stay: their sessions are committed, and may have another id now
        let mut kept = sent.lines().clone();
        kept.retain(|cookie| A::lines(response, "set-cookie").any(|line| line == cookie.as_bytes()));
        *response = A::empty(refused.status(), Some(refused));
        for cookie in &kept {
            A::append(response, "set-cookie", cookie);
        }
        if !kept.is_empty() {
            A::append(response, "cache-control", "private");
        }
    }
    if amendment.vary && !headers::varies_by_cookie(A::lines(response, "vary")) {
        A::append(response, "vary", "Cookie");
    }
    if amendment.private && A::lines(response, "cache-control").next().is_none() {
        A::append(response, "cache-control", "private");
    }
    if let Some(data) = amendment.clear_site_data
        && A::lines(response, CLEAR_SITE_DATA).next().is_none()
    {
        A::append(response, CLEAR_SITE_DATA, &data);
    }
    if let Some(cookie) = amendment.set_cookie {
        A::append(response, "set-cookie", &cookie);
        sent.lines().push(cookie);
        if let Some(private) = headers::private(A::lines(response, "cache-control")) {
            A::remove(response, "cache-control");
            A::append(response, "cache-control", &private);
        }
    }
}
