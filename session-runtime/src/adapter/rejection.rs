//! Why a handler was not given its session.

use std::fmt;

use super::{Adapter, Refused, Rejected};
use crate::error::{Error, Unavailable};

/// Why a handler was not given its session: it cannot be had, or a guard refused. The response is empty; the log says what
/// to do.
#[derive(Clone, Debug)]
pub struct Rejection(pub(super) Rejected);

impl Rejection {
    /// The status of the response: 500 if the application is put together wrongly, 503 (or what the application chose) if the
    /// store does not answer, 403 without a CSRF token, and otherwise what the guard says.
    pub fn status(&self) -> u16 {
        self.0.status()
    }

    /// The `Location` of the response, where a guard sends the browser to another page. It is part of the program, never of
    /// a request.
    pub fn location(&self) -> Option<&str> {
        self.0.location()
    }

    /// What the application's error page is made of, where the store does not answer or a CSRF token is missing.
    pub fn refused(&self) -> Option<Refused> {
        self.0.refused()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Rejected::Misconfigured => "the session of this request is not set up",
            Rejected::Unavailable(_) => "the session store is unavailable",
            Rejected::Csrf => "the request did not prove that a page of this session is behind it",
            Rejected::Status(_) | Rejected::Redirect(_) => "a guard refused the request",
        })
    }
}

impl std::error::Error for Rejection {}

/// What a request is answered with that did not get what it wanted of its session: [`Rejection`], and what handlers
/// return with `?`, [`Error`] and [`Unavailable`]. Not to be implemented elsewhere.
///
/// For whoever owns the trait that a framework makes responses of errors with, [`session_failures!`](crate::session_failures)
/// implements it for all three.
pub trait Failure: sealed::Sealed {
    /// What the application's error page is made of.
    fn refused(&self) -> Option<Refused>;

    /// The response of the framework. It has no body: the text is for logs.
    fn response<A: Adapter>(&self) -> A::Response;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Rejection {}
    impl Sealed for super::Error {}
    impl Sealed for super::Unavailable {}
}

impl Failure for Rejection {
    fn refused(&self) -> Option<Refused> {
        self.0.refused()
    }

    fn response<A: Adapter>(&self) -> A::Response {
        let mut response = A::empty(self.status(), self.refused());
        if let Some(target) = self.location() {
            A::append(&mut response, "location", target);
        }
        response
    }
}

impl Failure for Error {
    fn refused(&self) -> Option<Refused> {
        Some(Refused::because_of(self))
    }

    fn response<A: Adapter>(&self) -> A::Response {
        A::empty(self.status(), self.refused())
    }
}

impl Failure for Unavailable {
    fn refused(&self) -> Option<Refused> {
        Rejected::Unavailable(*self).refused()
    }

    fn response<A: Adapter>(&self) -> A::Response {
        A::empty(self.status(), self.refused())
    }
}
