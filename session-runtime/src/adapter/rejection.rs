//! Why a handler was not given its session.

use std::fmt;

use super::{Adapter, Refused, Rejected};

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

    /// The response of a framework.
    pub fn response<A: Adapter>(self) -> A::Response {
        let mut response = A::empty(self.status(), self.refused());
        if let Some(target) = self.location() {
            A::append(&mut response, "location", target);
        }
        response
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
