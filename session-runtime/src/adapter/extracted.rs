//! What a framework extracts.

use std::sync::Arc;

use super::present::{Presented, opened, present};
use super::{Adapter, Rejected, Rejection, Seen};
use crate::data::SessionData;
use crate::edge::csrf::Demand;
use crate::edge::head::Head;
use crate::session::cell::Cell;
use crate::session::gate::{Gate, Guarded};
use crate::session::{Attempt, Session, WithoutCsrf};

/// What a handler can be given: [`Session`], [`Attempt`], [`Guarded`] and [`WithoutCsrf`]. Not to be implemented elsewhere.
pub trait Extracted: Sized + Send + sealed::Sealed {
    /// The session type.
    type Data: SessionData;

    /// What an unsafe request must prove.
    #[doc(hidden)]
    const DEMAND: Demand = Demand::Header;

    /// What becomes of a session that was asked for.
    #[doc(hidden)]
    fn of(attempt: Attempt<Self::Data>) -> Result<Self, Rejection>;
}

mod sealed {
    pub trait Sealed {}
    impl<S> Sealed for super::Attempt<S> {}
    impl<S> Sealed for super::Session<S> {}
    impl<S> Sealed for super::WithoutCsrf<S> {}
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
        attempt.0.map_err(|unavailable| Rejection(Rejected::Unavailable(unavailable)))
    }
}

impl<S: SessionData> Extracted for WithoutCsrf<S> {
    type Data = S;
    const DEMAND: Demand = Demand::Nothing;

    #[inline]
    fn of(attempt: Attempt<S>) -> Result<Self, Rejection> {
        Session::of(attempt).map(Self)
    }
}

impl<S: SessionData, G: Gate<S>> Extracted for Guarded<S, G> {
    type Data = S;
    const DEMAND: Demand = G::CSRF;

    #[inline]
    fn of(attempt: Attempt<S>) -> Result<Self, Rejection> {
        Self::new(attempt).map_err(Rejection)
    }
}

/// The session type of what is extracted, and the session that it lives in.
pub(super) type Data<T> = <T as Extracted>::Data;
pub(super) type Root<T> = <Data<T> as SessionData>::Root;

/// What the request presents for what a handler wants.
#[inline]
pub(super) fn presented<T: Extracted>(
    cell: Option<Arc<Cell>>,
    head: &impl Head,
    fix: &'static str,
) -> Result<Presented, Rejected> {
    present::<Data<T>>(cell, head, T::DEMAND, fix)
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
    opened(presented::<T>(cell, &Seen::<A>(request), A::FIX))
}
