//! Write an adapter: how a framework gets sessions.
//!
//! The adapters of this crate are features: `axum` (and every tower stack), `actix-web`, `rocket`, `poem`, `salvo` and `warp`.
//! Any other framework gets its own with what is here. Order and failure handling are in [`around`] and [`extract`];
//! what is left is to say, in one line each, where the framework keeps its headers, its status and its extensions.
//!
//! 1. Implement [`Adapter`] for a type of your own that nobody ever makes a value of. For a framework on the crate `http`,
//!    [`http_adapter!`](crate::http_adapter) writes most of it.
//! 2. Call [`around`] in the framework's middleware, or [`enter`] before the handler and [`leave`] after it. [`Wrapped`] is a
//!    type for middleware that makes types.
//! 3. Call [`extract`] in the framework's extractor trait: for [`Session`](crate::Session),
//!    [`Attempt`](crate::Attempt), [`Guarded`] and [`WithoutCsrf`](crate::WithoutCsrf) at once with
//!    [`session_extractors!`](crate::session_extractors) if you own that trait, and otherwise for the newtype that
//!    [`session_adapter!`](crate::session_adapter) makes.
//! 4. Make responses of what fails ([`Failure`]): with [`session_failures!`](crate::session_failures), if you own the
//!    framework's trait for that.
//! 5. Prove it: the feature `conformance` has a suite that plays over a socket all that adapters can get wrong.
//!
//! The chapter `docs/adapters.md` of the repository does it step by step, for the whole framework in
//! `examples/toy_framework`, and for a framework that belongs to somebody else.

#[cfg(feature = "actix-web")]
pub mod actix;
mod around;
#[cfg(feature = "axum")]
pub(crate) mod axum;
#[cfg(feature = "conformance")]
pub mod conformance;
mod extracted;
mod headers;
mod macros;
#[cfg(any(feature = "aide", feature = "salvo-oapi"))]
mod openapi;
#[cfg(feature = "poem")]
pub mod poem;
mod present;
mod rejection;
#[cfg(feature = "rocket")]
pub mod rocket;
#[cfg(feature = "salvo")]
pub mod salvo;
#[cfg(feature = "warp")]
pub mod warp;

use around::Seen;
pub use around::{Adapter, Entered, Place, Wrapped, around, enter, leave};
#[cfg(feature = "axum")]
pub use axum::{Http, from_http};
pub use extracted::{Extracted, extract};
pub use rejection::{Failure, Rejection};

#[doc(inline)]
pub use crate::session::gate::Guarded;

use std::sync::Arc;

use crate::commit::apply::Turn;
use crate::commit::plan::Ending;
use crate::cookie::write::is_removal;
use crate::edge::Statuses;
use crate::error::{Error, Kind, Unavailable};
use crate::observe::Happened;
use crate::session::cell::{Cell, Closing};

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

/// Why a handler's response was replaced, or which error of a session it returned; left among the extensions of the response.
///
/// An application that wants another page than an empty one looks for it in a layer outside of `Sessions`. The headers of the
/// empty one stay: they may have the cookie of another session.
///
/// ```
/// use axum::{Router, middleware::map_response, response::{IntoResponse, Response}};
/// use session_runtime::Refused;
///
/// async fn explain(response: Response) -> Response {
///     match response.extensions().get::<Refused>() {
///         Some(refused) if refused.error().is_conflict() => {
///             let page = "Somebody changed this meanwhile. Please look again.";
///             (response.status(), response.headers().clone(), page).into_response()
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
    /// Of a handler that returns the error.
    pub(crate) fn because_of(error: &Error) -> Self {
        Self(Arc::new(error.without_source()))
    }

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
