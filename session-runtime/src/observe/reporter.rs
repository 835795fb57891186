//! Tells the log and the observer.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::{Deadline, Event, Happened, LogKey, Observer};
use crate::event::TARGET;
use crate::token::Key;

/// Tells what happens to sessions of one type. Where nobody listens, that is a comparison or two: no tag is computed.
#[derive(Clone)]
pub(crate) struct Reporter {
    session: &'static str,
    key: LogKey,
    observer: Option<Arc<dyn Observer>>,
}

/// Whether anybody may want spans, which are at the level `DEBUG`.
#[inline]
pub(crate) fn spans() -> bool {
    LevelFilter::current() >= LevelFilter::DEBUG
}

impl Reporter {
    pub(crate) fn new(session: &'static str, key: LogKey, observer: Option<Arc<dyn Observer>>) -> Self {
        Self { session, key, observer }
    }

    pub(crate) const fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Something happened to the session under this key, or to a request without one.
    #[inline]
    pub(crate) fn tell(&self, key: Option<&Key>, what: Happened<'_>) {
        self.tell_of(key, None, what);
    }

    /// The session under `old` is under `new` now.
    #[inline]
    pub(crate) fn tell_of(&self, old: Option<&Key>, new: Option<&Key>, what: Happened<'_>) {
        if self.observer.is_some() || what.level() <= LevelFilter::current() {
            self.report(old, new, what);
        }
    }

    #[cold]
    fn report(&self, key: Option<&Key>, new: Option<&Key>, what: Happened<'_>) {
        let event = Event { session: self.session, tags: &self.key, key, new, what };
        log(&event);
        if let Some(observer) = &self.observer
            && catch_unwind(AssertUnwindSafe(|| observer.observe(&event))).is_err()
        {
            // what it panicked with may be anything, so it is not repeated here
            tracing::error!(target: TARGET, session = self.session, event = "observer_panicked", of = what.name(),
                "the observer of sessions panicked");
        }
    }
}

/// All of them have the same fields, of which most are absent.
fn log(event: &Event<'_>) {
    macro_rules! at {
        ($level:expr) => {
            if tracing::enabled!(target: TARGET, $level) {
                let Event { session, what, .. } = *event;
                let Details { field, fields, bytes, count, deadline, from, to, rotated, destroys, returned, why, error } = what.details();
                tracing::event!(
                    target: TARGET,
                    $level,
                    session,
                    event = what.name(),
                    tag = event.tag().map(tracing::field::display),
                    new_tag = event.new_tag().map(tracing::field::display),
                    field,
                    fields,
                    bytes,
                    count,
                    deadline,
                    from,
                    to,
                    rotated,
                    destroys,
                    returned,
                    why,
                    error,
                    "{}",
                    what.text()
                );
            }
        };
    }
    match event.what.level() {
        Level::ERROR => at!(Level::ERROR),
        Level::WARN => at!(Level::WARN),
        Level::INFO => at!(Level::INFO),
        Level::DEBUG => at!(Level::DEBUG),
        Level::TRACE => at!(Level::TRACE),
    }
}

/// What is told beside the kind.
#[derive(Default)]
struct Details<'a> {
    field: Option<&'a str>,
    fields: Option<usize>,
    bytes: Option<usize>,
    count: Option<usize>,
    deadline: Option<&'static str>,
    from: Option<u32>,
    to: Option<u32>,
    rotated: Option<bool>,
    destroys: Option<bool>,
    returned: Option<bool>,
    why: Option<&'a str>,
    error: Option<&'a (dyn StdError + 'static)>,
}

impl<'a> Happened<'a> {
    fn details(self) -> Details<'a> {
        let none = Details::default();
        match self {
            Self::Created { bytes } | Self::Loaded { bytes } => Details { bytes: Some(bytes), ..none },
            Self::Saved { fields, bytes }
            | Self::Rotated { fields, bytes }
            | Self::Renewed { fields, bytes } => Details { fields: Some(fields), bytes: Some(bytes), ..none },
            Self::Expired { deadline: Deadline::Idle } => Details { deadline: Some("idle"), ..none },
            Self::Expired { deadline: Deadline::Absolute } => Details { deadline: Some("absolute"), ..none },
            Self::Refused { error }
            | Self::TouchFailed { error }
            | Self::RenewalFailed { error }
            | Self::ReindexFailed { error }
            | Self::ResendFailed { error } => Details { error: Some(error), ..none },
            Self::Unavailable { error } => Details { error: Some(error), ..none },
            Self::Unmigratable { error } => Details { error: Some(error), ..none },
            Self::Replayed { rotated } => Details { rotated: Some(rotated), ..none },
            Self::Unproved { destroys } => Details { destroys: Some(destroys), ..none },
            Self::ImpersonationEnded { returned } => Details { returned: Some(returned), ..none },
            Self::Denied { why } | Self::CsrfRefused { why } => Details { why: Some(why), ..none },
            // the same, of a text that does not live as long
            Self::DetachedFailed { why: text } => Details { why: Some(text), ..none },
            Self::Migrated { from, to } => Details { from: Some(from), to: Some(to), ..none },
            Self::FieldReset { field } | Self::Unusable { field } => Details { field: Some(field), ..none },
            Self::Revoked { count } | Self::Evicted { count } | Self::Swept { count } => {
                Details { count: Some(count), ..none }
            }
            Self::Touched
            | Self::Destroyed
            | Self::Unknown
            | Self::Tampered
            | Self::Ambiguous
            | Self::CsrfOutdated
            | Self::Insecure
            | Self::CookieDropped
            | Self::Conflict
            | Self::Gone
            | Self::LimitRefused
            | Self::ImpersonationBegun
            | Self::LostChange => none,
        }
    }

    /// What every request does is at `TRACE`, what changes a session at `DEBUG`, what matters to who watches over them above.
    #[inline]
    const fn level(&self) -> Level {
        match self {
            Self::Loaded { .. } | Self::Touched => Level::TRACE,
            Self::Created { .. }
            | Self::Saved { .. }
            | Self::Renewed { .. }
            | Self::Expired { .. }
            | Self::Insecure
            | Self::Denied { .. }
            | Self::Migrated { .. } => Level::DEBUG,
            Self::Rotated { .. }
            | Self::Destroyed
            | Self::Unknown
            | Self::Conflict
            | Self::Gone
            | Self::CookieDropped
            | Self::Revoked { .. }
            | Self::Evicted { .. }
            | Self::LimitRefused
            | Self::ImpersonationBegun
            | Self::ImpersonationEnded { .. }
            | Self::Swept { .. } => Level::INFO,
            Self::Replayed { .. }
            | Self::Tampered
            | Self::Ambiguous
            | Self::Refused { .. }
            | Self::CsrfRefused { .. }
            | Self::CsrfOutdated
            | Self::Unproved { .. }
            | Self::TouchFailed { .. }
            | Self::RenewalFailed { .. }
            | Self::ReindexFailed { .. }
            | Self::ResendFailed { .. }
            | Self::FieldReset { .. } => Level::WARN,
            Self::Unavailable { .. }
            | Self::Unmigratable { .. }
            | Self::Unusable { .. }
            | Self::LostChange
            | Self::DetachedFailed { .. } => Level::ERROR,
        }
    }

    /// The field `event` of the log line.
    const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Loaded { .. } => "loaded",
            Self::Saved { .. } => "saved",
            Self::Touched => "touched",
            Self::Rotated { .. } => "rotated",
            Self::Renewed { .. } => "renewed",
            Self::Destroyed => "destroyed",
            Self::Expired { .. } => "expired",
            Self::Unknown => "unknown_id",
            Self::Replayed { .. } => "replayed_id",
            Self::Tampered => "tampered",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::Refused { .. } => "refused",
            Self::Denied { .. } => "denied",
            Self::CsrfRefused { .. } => "csrf_refused",
            Self::CsrfOutdated => "csrf_outdated",
            Self::Unproved { .. } => "unproved",
            Self::Insecure => "insecure",
            Self::CookieDropped => "cookie_dropped",
            Self::Unavailable { .. } => "unavailable",
            Self::TouchFailed { .. } => "touch_failed",
            Self::RenewalFailed { .. } => "renewal_failed",
            Self::ReindexFailed { .. } => "reindex_failed",
            Self::ResendFailed { .. } => "resend_failed",
            Self::Migrated { .. } => "migrated",
            Self::Unmigratable { .. } => "unmigratable",
            Self::FieldReset { .. } => "field_reset",
            Self::Unusable { .. } => "unusable",
            Self::LostChange => "lost_change",
            Self::DetachedFailed { .. } => "detached_failed",
            Self::Revoked { .. } => "revoked",
            Self::Evicted { .. } => "evicted",
            Self::LimitRefused => "limit_refused",
            Self::ImpersonationBegun => "impersonation_begun",
            Self::ImpersonationEnded { .. } => "impersonation_ended",
            Self::Swept { .. } => "swept",
        }
    }

    const fn text(&self) -> &'static str {
        match self {
            Self::Created { .. } => "a session began",
            Self::Loaded { .. } => "a request has a session",
            Self::Saved { .. } => "a session was saved",
            Self::Touched => "activity was recorded",
            Self::Rotated { .. } => "a session got a new id",
            Self::Renewed { .. } => "the id of a session was renewed",
            Self::Destroyed => "a session was ended",
            Self::Expired { .. } => "a request presented a session that is over",
            Self::Unknown => "a request presented an id of no session",
            Self::Replayed { .. } => "a request presented a dead id",
            Self::Tampered => "a request presented a cookie that was not sealed with our keys",
            Self::Ambiguous => "a request presented several session cookies: it is anonymous",
            Self::Conflict => "another request changed the same field of a session",
            Self::Gone => "a session ended while a request was about to write to it",
            Self::Refused { .. } => "the session could not be saved",
            Self::Denied { .. } => "a guard let a request not pass to its handler",
            Self::CsrfRefused { .. } => "a request was refused that may have been forged",
            Self::CsrfOutdated => {
                "a response has a CSRF token of an id that the session no longer has: hand changes of owner and privileges in \
                 with `stage`, or call `authenticated` and the like, before `csrf_token`"
            }
            Self::Unproved { .. } => "a request did not prove itself: what it did to the session is dropped",
            Self::Insecure => "a request over plain http has no session",
            Self::CookieDropped => "the cookie of a session that has ended was not sent",
            Self::Unavailable { .. } => "the session could not be loaded",
            Self::TouchFailed { .. } => "activity was not recorded",
            Self::RenewalFailed { .. } => "a session's id was not renewed",
            Self::ReindexFailed { .. } => {
                "a session was not moved into the index of its owner's new form: it is left alone, and cannot be written"
            }
            Self::ResendFailed { .. } => "a session's cookie was not sent anew",
            Self::Migrated { .. } => "a session of an earlier version was migrated",
            Self::Unmigratable { .. } => {
                "a session of an earlier version was not migrated: the request is anonymous, the record is left alone"
            }
            Self::FieldReset { .. } => "a stored field does not decode: reset",
            Self::Unusable { .. } => {
                "a privileged or secret field does not decode: the request is anonymous, the record is left alone"
            }
            Self::LostChange => {
                "the session was changed after its response was committed, and not saved: call `Session::save`"
            }
            Self::DetachedFailed { .. } => "a session that its handler ended or rotated was left as it was",
            Self::Revoked { .. } => "sessions of one owner were ended",
            Self::Evicted { .. } => {
                "the owner had as many sessions as allowed: the oldest were ended for a new one"
            }
            Self::LimitRefused => "the owner has as many sessions as allowed: a new one was refused",
            Self::ImpersonationBegun => "an impersonation began",
            Self::ImpersonationEnded { .. } => "an impersonation ended",
            Self::Swept { .. } => "what was over was removed from the store",
        }
    }
}
