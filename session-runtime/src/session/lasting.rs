//! Fields with a `ttl`: when the time of a value begins, and what is left of a value at a moment.

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::commit::plan::Lifetimes;
use crate::data::SessionData;
use crate::error::Error;
use crate::field::{Access, Term};

/// The fields with a `ttl`, each with its term at this moment.
fn timed<S: SessionData>(now: Timestamp) -> impl Iterator<Item = (&'static dyn Access<S>, Term)> {
    let fields = S::FIELDS.iter();
    fields.filter_map(move |field| Some((field.access, Term { now, latest: now.after(field.ttl?) })))
}

/// The present, for a type that asks for it.
fn now<S: SessionData>(clock: &dyn Clock) -> Option<Timestamp> {
    S::FIELDS.iter().any(|field| field.ttl.is_some()).then(|| clock.now())
}

/// What was set since `base` lasts from now on.
pub(crate) fn begin<S: SessionData>(base: &S, ours: &mut S, clock: &dyn Clock) {
    let Some(now) = now::<S>(clock) else { return };
    timed::<S>(now).for_each(|(access, term)| access.begin(base, ours, term));
}

/// The value without what is over, and with no deadline further ahead than if it were set now: a clock that was set back
/// makes nothing last longer (T35).
pub(crate) fn as_of<S: SessionData>(value: Arc<S>, clock: &dyn Clock) -> Arc<S> {
    let Some(now) = now::<S>(clock) else { return value };
    if !timed::<S>(now).any(|(access, term)| access.exceeds(&value, term)) {
        return value;
    }
    let mut left = value.duplicate();
    timed::<S>(now).for_each(|(access, term)| access.limit(&mut left, term));
    Arc::new(left)
}

/// Whether every `ttl` ends within a session's life: the attribute's rule, where lifetimes are overridden and for sections.
pub(crate) fn check<S: SessionData>(lifetimes: &Lifetimes) -> Result<(), Error> {
    let longest = lifetimes.absolute.max(lifetimes.remember.unwrap_or_default());
    let beyond = S::FIELDS.iter().find(|field| field.ttl.is_some_and(|ttl| ttl > longest));
    beyond.map_or(Ok(()), |field| {
        let why =
            format!("the `ttl` of field `{}` of `{}` is longer than a session lives", field.key, S::NAME);
        Err(Error::config(why))
    })
}
