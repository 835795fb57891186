//! Where a framework meets the session. Everything but the framework's own types is written here, once.

#[cfg(feature = "axum")]
pub(crate) mod axum;
mod headers;

use std::sync::Arc;

use crate::commit::apply::Turn;
use crate::commit::plan::Ending;
use crate::cookie::read::candidates;
use crate::cookie::write::is_removal;
use crate::data::SessionData;
use crate::edge::Statuses;
use crate::edge::csrf::{self, Demand};
use crate::edge::head::Head;
use crate::error::{Error, Kind, Unavailable};
use crate::event;
use crate::observe::Happened;
use crate::session::cell::{Cell, Closing};
use crate::session::{Attempt, Session};

/// Why a handler cannot be given its session.
// guards make it, so it is in the interface of generated code
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Rejected {
    /// The application is put together wrongly: no layer, or an unregistered section. The log says which.
    Misconfigured,
    /// The store does not answer.
    Unavailable(Unavailable),
    /// The request did not prove that a page of this session is behind it.
    Csrf,
    /// A guard did not let the request pass, and answers with this status.
    Status(u16),
    /// A guard did not let the request pass, and sends the browser there. The target is part of the program, never of a
    /// request, and was checked when that was compiled.
    Redirect(String),
}

impl Rejected {
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Misconfigured => 500,
            Self::Unavailable(unavailable) => unavailable.status(),
            Self::Csrf => 403,
            Self::Status(status) => *status,
            // See Other: whatever the request's method was, the other page is asked for by GET, without its body
            Self::Redirect(_) => 303,
        }
    }

    /// The `Location` of the response.
    pub(crate) fn location(&self) -> Option<&str> {
        match self {
            Self::Redirect(target) => Some(target),
            Self::Misconfigured | Self::Unavailable(_) | Self::Csrf | Self::Status(_) => None,
        }
    }

    /// What the response says to a layer that makes another page of it.
    pub(crate) fn refused(&self) -> Option<Refused> {
        let kind = match self {
            Self::Unavailable(_) => Kind::Unavailable,
            Self::Csrf => Kind::Csrf,
            Self::Misconfigured | Self::Status(_) | Self::Redirect(_) => return None,
        };
        let statuses = Statuses { unavailable: self.status(), ..Statuses::default() };
        Some(Refused(Arc::new(Error::new(kind).answered_with(statuses))))
    }
}

/// The session of a request, from the cell that the layer left in it and the request's head. `demand` says what an unsafe
/// request must prove.
pub(crate) async fn extract<S: SessionData>(
    cell: Option<Arc<Cell>>,
    head: &impl Head,
    demand: Demand,
    fix: &'static str,
) -> Result<Attempt<S>, Rejected> {
    let Some(cell) = cell else {
        event::missing_layer(S::NAME, <S::Root as SessionData>::NAME, fix);
        return Err(Rejected::Misconfigured);
    };
    if !cell.engine.types.has::<S>() {
        event::unregistered_section(S::NAME);
        return Err(Rejected::Misconfigured);
    }
    let edge = &cell.engine.edge;
    if edge.refuses(head) {
        cell.open_insecure();
        return Ok(Attempt(Ok(Session::new(cell))));
    }
    let must_prove = demand.is_made_of(edge, head);
    if must_prove && csrf::is_cross_site(head) {
        cell.tell(Happened::CsrfRefused { why: "its browser says that another site sent it" });
        return Err(Rejected::Csrf);
    }
    let presented = candidates(&cell.engine.cookie_name, head.cookies(), |text| cell.engine.read(text));
    if cell.open(presented).await.is_err() {
        return Ok(Attempt(Err(Unavailable::answered_with(edge.statuses))));
    }
    if must_prove && !cell.meets(demand, csrf::in_header(edge, head)) {
        cell.tell(Happened::CsrfRefused { why: "its header has no token of this session" });
        return Err(Rejected::Csrf);
    }
    Ok(Attempt(Ok(Session::new(cell))))
}

/// What the response needs beside what the handler made of it.
#[derive(Default)]
pub(crate) struct Amendment {
    /// The response depends on the cookie: `Vary: Cookie` (S62).
    pub(crate) vary: bool,
    /// A `Set-Cookie` to append; the response must not be stored by shared caches (S40, S41, S62).
    pub(crate) set_cookie: Option<String>,
    /// The response must not be stored by shared caches, unless the application says otherwise (S62; ASVS 14.3.2).
    pub(crate) private: bool,
    /// The value of `Clear-Site-Data`.
    pub(crate) clear_site_data: Option<Arc<str>>,
    /// The handler's response is replaced by an empty one.
    pub(crate) refused: Option<Refused>,
}

/// Why a handler's response was replaced; left among the extensions of the response that replaces it.
///
/// An application that wants another page than an empty one looks for it in a layer outside of `Sessions`.
///
/// ```
/// use axum::{Router, middleware::map_response, response::{IntoResponse, Response}};
/// use session_runtime::Refused;
///
/// async fn explain(response: Response) -> Response {
///     match response.extensions().get::<Refused>() {
///         Some(refused) if refused.error().is_conflict() => {
///             (response.status(), "Somebody changed this meanwhile. Please look again.").into_response()
///         }
///         _ => response,
///     }
/// }
///
/// # let sessions = tower::layer::util::Identity::new();
/// let app: Router = Router::new().layer(sessions).layer(map_response(explain));
/// ```
#[derive(Clone, Debug)]
pub struct Refused(Arc<Error>);

impl Refused {
    /// What went wrong.
    pub fn error(&self) -> &Error {
        &self.0
    }

    /// The status of the response: [`Error::status`].
    pub fn status(&self) -> u16 {
        self.0.status()
    }
}

/// Watches over a request until its response is committed. Dropped before that, by a panic or a disconnect, it has what
/// must not be lost carried out by a task of its own: a logout, a rotation, a privilege given up.
pub(crate) struct Watch {
    cell: Arc<Cell>,
    done: bool,
}

impl Watch {
    #[inline]
    pub(crate) const fn over(cell: Arc<Cell>) -> Self {
        Self { cell, done: false }
    }

    /// Whether anything asked for the session.
    #[inline]
    pub(crate) fn is_touched(&self) -> bool {
        self.cell.is_touched()
    }

    /// Ends the watch over a request that nothing asked a session of.
    #[inline]
    pub(crate) fn close_untouched(&self) {
        self.cell.close_untouched();
    }

    /// Ends the watch over a request that leaves nothing to be committed.
    pub(crate) fn close_idle(&mut self) -> Option<Amendment> {
        let closing = self.cell.close_idle()?;
        self.done = true;
        Some(self.amendment(closing))
    }

    /// Commits, now that the response's status is known.
    pub(crate) async fn close(mut self, status: u16) -> Amendment {
        // the layer's own is the last handle, unless a stream or a task has one
        let turn = if Arc::strong_count(&self.cell) == 1 { Turn::Last } else { Turn::Further };
        let closing = self.cell.close(status, turn).await;
        self.done = true;
        self.amendment(closing)
    }

    fn amendment(&self, Closing { cookie, error, private }: Closing) -> Amendment {
        let engine = &self.cell.engine;
        let site_data = engine.edge.clear_site_data.as_ref();
        let ends = |_: &&Arc<str>| cookie.as_deref().is_some_and(is_removal);
        let clear_site_data = site_data.filter(ends).map(Arc::clone);
        let refused = error.map(|error| Refused(Arc::new(error)));
        Amendment { vary: true, private, set_cookie: cookie, clear_site_data, refused }
    }
}

impl Drop for Watch {
    #[inline]
    fn drop(&mut self) {
        if !self.done && self.is_touched() {
            self.carry_out();
        }
    }
}

impl Watch {
    fn carry_out(&self) {
        // while a panic unwinds, no code of the application runs again; the task finds out by itself
        if !std::thread::panicking() && !self.cell.must_outlive_request() {
            return;
        }
        let cell = Arc::clone(&self.cell);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if let Err(error) = cell.commit(Ending::Drop, Turn::Last).await {
                        cell.tell(Happened::DetachedFailed { why: &error.to_string() });
                    }
                });
            }
            Err(_) => {
                cell.tell(Happened::DetachedFailed { why: "there is no tokio runtime to carry it out" });
            }
        }
    }
}
