//! What a framework extracts.

use std::sync::Arc;

use super::{Adapter, Rejected, Rejection, open, present};
use crate::cookie::read::Candidates;
use crate::data::SessionData;
use crate::session::cell::Cell;
use crate::session::gate::{Gate, Guarded};
use crate::session::{Attempt, Session};

/// What a handler can be given: [`Session`], [`Attempt`] and [`Guarded`]. Not to be implemented elsewhere.
pub trait Extracted: Sized + Send + sealed::Sealed {
    /// The session type.
    type Data: SessionData;

    /// What becomes of a session that was asked for.
    #[doc(hidden)]
    fn of(attempt: Attempt<Self::Data>) -> Result<Self, Rejection>;
}

mod sealed {
    pub trait Sealed {}
    impl<S> Sealed for super::Attempt<S> {}
    impl<S> Sealed for super::Session<S> {}
    impl<S: super::SessionData, G: super::Gate<S>> Sealed for super::Guarded<S, G> {}
}

impl<S: SessionData> Extracted for Attempt<S> {
    type Data = S;

    #[inline]
    fn of(attempt: Self) -> Result<Self, Rejection> {
        Ok(attempt)
    }
}

impl<S: SessionData> Extracted for Session<S> {
    type Data = S;

    #[inline]
    fn of(attempt: Attempt<S>) -> Result<Self, Rejection> {
        attempt.0.map_err(|_| Rejection(Rejected::Unavailable))
    }
}

impl<S: SessionData, G: Gate<S>> Extracted for Guarded<S, G> {
    type Data = S;

    #[inline]
    fn of(attempt: Attempt<S>) -> Result<Self, Rejection> {
        Self::new(attempt).map_err(Rejection)
    }
}

/// The session type of what is extracted, and the session that it lives in.
pub(super) type Data<T> = <T as Extracted>::Data;
pub(super) type Root<T> = <Data<T> as SessionData>::Root;

/// What the handler is given for what the request presents.
#[inline]
pub(super) async fn extracted<T: Extracted>(
    presented: Result<(Arc<Cell>, Candidates), Rejected>,
) -> Result<T, Rejection> {
    open(presented).await.map_err(Rejection).and_then(T::of)
}

/// The session of a request, for the framework's extractor trait.
///
/// What is needed of the request is read before this returns; the future borrows nothing.
///
/// # Errors
/// [`Rejection`], which says what the request is answered with in the place of the handler.
pub fn extract<A: Adapter, T: Extracted>(
    request: &A::Request,
) -> impl Future<Output = Result<T, Rejection>> + Send + use<A, T> {
    let cell = A::place(request).and_then(|place| place.cell::<Root<T>>());
    extracted(present::<Data<T>>(cell, A::headers(request, "cookie"), A::FIX))
}
