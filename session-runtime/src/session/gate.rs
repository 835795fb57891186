//! Guards: what must hold before a handler runs, and what a request is answered with for which it does not hold.
//!
//! A guard is a type that `#[with_session]` writes into the handler's signature. It is asked when a framework extracts the
//! session, so before the handler, and before any extractor of the request's body. It is made of the types here, and not a
//! type of its own for each handler, since an attribute on a method has no place to put one.

mod field;
mod text;

use std::marker::PhantomData;
use std::time::Duration;

use super::{Attempt, Session};
use crate::adapter::Rejected;
use crate::data::SessionData;
use crate::edge::csrf::Demand;
use crate::observe::Happened;

use field::Want;
pub use field::{Holds, Is, Probe, Requirable, The, can_be_required, holds};
use text::Letters;

pub use text::Text;

/// A guard of a handler that takes a session of type `S`.
pub trait Gate<S: SessionData>: Sized + 'static {
    /// What the handler begins with.
    type Pass: Send;

    /// Whether the request is activity of the session's owner (S20).
    const ACTIVITY: bool;

    /// What an unsafe request must prove.
    const CSRF: Demand = Demand::Header;

    /// Lets the request pass, or says what it is answered with.
    ///
    /// # Errors
    /// `Unavailable` if the store could not be asked: that a session is absent is then not known (S67, T38).
    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected>;
}

/// A session that the guard `G` let pass: what a framework extracts.
pub struct Guarded<S: SessionData, G: Gate<S>>(G::Pass);

impl<S: SessionData, G: Gate<S>> Guarded<S, G> {
    /// Asks the guard.
    pub(crate) fn new(attempt: Attempt<S>) -> Result<Self, Rejected> {
        if let (false, Ok(session)) = (G::ACTIVITY, &attempt.0) {
            session.cell().in_background();
        }
        G::pass(attempt).map(Self)
    }
}

/// What the guard gave the handler.
pub fn admitted<S: SessionData, G: Gate<S>>(guarded: impl Into<Guarded<S, G>>) -> G::Pass {
    guarded.into().0
}

/// `require = user`: the field called `Name` is set, and the handler gets of it what `W` says.
pub struct Required<Name, W, R, A, const ACTIVITY: bool>(PhantomData<(Name, W, R, A)>);

impl<S, Name, W, R, A, const ACTIVITY: bool> Gate<S> for Required<Name, W, R, A, ACTIVITY>
where
    S: SessionData,
    Name: Letters,
    W: Want,
    R: Recency,
    A: Answer,
{
    type Pass = (Session<S>, W::Taken);
    const ACTIVITY: bool = ACTIVITY;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        let session = attempt.0.map_err(Rejected::Unavailable)?;
        let value = session.get();
        let field = S::FIELDS.iter().find(|field| field.name.chars().eq(Name::letters()));
        let taken = field.and_then(|field| (field.held)(&value)).and_then(W::take);
        match taken.filter(|_| !session.cell().is_destroyed()) {
            None => denied::<S, A, _>(&session, "a required field is not set"),
            Some(_) if !is_fresh::<S, R>(&session) => denied::<S, A, _>(&session, STALE),
            Some(taken) => Ok((session, taken)),
        }
    }
}

/// No field is required.
pub struct Open<R, A, const ACTIVITY: bool>(PhantomData<(R, A)>);

impl<S: SessionData, R: Recency, A: Answer, const ACTIVITY: bool> Gate<S> for Open<R, A, ACTIVITY> {
    type Pass = Session<S>;
    const ACTIVITY: bool = ACTIVITY;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        let session = attempt.0.map_err(Rejected::Unavailable)?;
        // decoding may find that the session cannot be used
        session.get();
        if is_fresh::<S, R>(&session) { Ok(session) } else { denied::<S, A, _>(&session, STALE) }
    }
}

/// `session: Result<&T, Unavailable>` of a handler with `activity = false`.
pub struct Background;

impl<S: SessionData> Gate<S> for Background {
    type Pass = Attempt<S>;
    const ACTIVITY: bool = false;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        Ok(attempt)
    }
}

/// `session: Result<&T, Unavailable>` of a handler that says something else.
pub struct Foreground;

impl<S: SessionData> Gate<S> for Foreground {
    type Pass = Attempt<S>;
    const ACTIVITY: bool = true;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        Ok(attempt)
    }
}

/// `csrf = form`: the handler hands the token in that the request's body has.
pub struct ByForm<G>(PhantomData<G>);

/// `csrf = false`: the handler is protected otherwise.
pub struct Exempt<G>(PhantomData<G>);

impl<S: SessionData, G: Gate<S>> Gate<S> for ByForm<G> {
    type Pass = G::Pass;
    const ACTIVITY: bool = G::ACTIVITY;
    const CSRF: Demand = Demand::Form;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        G::pass(attempt)
    }
}

impl<S: SessionData, G: Gate<S>> Gate<S> for Exempt<G> {
    type Pass = G::Pass;
    const ACTIVITY: bool = G::ACTIVITY;
    const CSRF: Demand = Demand::Nothing;

    fn pass(attempt: Attempt<S>) -> Result<Self::Pass, Rejected> {
        G::pass(attempt)
    }
}

fn is_fresh<S: SessionData, R: Recency>(session: &Session<S>) -> bool {
    R::WITHIN.is_none_or(|within| session.cell().is_fresh(within))
}

const STALE: &str = "its owner has not proved recently enough who they are";

fn denied<S: SessionData, A: Answer, T>(session: &Session<S>, why: &'static str) -> Result<T, Rejected> {
    session.cell().tell(Happened::Denied { why });
    Err(A::rejected())
}

/// How recently the session's owner must have proved who they are.
pub trait Recency: 'static {
    /// Less than this long ago; `None`: at any time, or never.
    const WITHIN: Option<Duration>;
}

/// `fresh` is not asked for.
pub struct Ever;

impl Recency for Ever {
    const WITHIN: Option<Duration> = None;
}

/// `fresh = "5m"`, in seconds (S19).
pub struct Within<const SECONDS: u64>;

impl<const SECONDS: u64> Recency for Within<SECONDS> {
    const WITHIN: Option<Duration> = Some(Duration::from_secs(SECONDS));
}

/// What a request is answered with that does not pass.
pub trait Answer: 'static {
    /// The answer.
    fn rejected() -> Rejected;
}

/// `or = 404`
pub struct Status<const CODE: u16>;

impl<const CODE: u16> Answer for Status<CODE> {
    fn rejected() -> Rejected {
        Rejected::Status(CODE)
    }
}

/// `or = redirect("/login")`
pub struct Redirect<To>(PhantomData<To>);

impl<To: Letters> Answer for Redirect<To> {
    fn rejected() -> Rejected {
        Rejected::Redirect(To::letters().collect())
    }
}
