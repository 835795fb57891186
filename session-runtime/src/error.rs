//! What can go wrong, for users and for store authors.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::edge::Statuses;
use crate::impersonation::CannotImpersonate;

/// A boxed cause.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Why something could not be done with a session. Opaque: ask it with the predicates.
///
/// Its text is for logs. It names fields and limits, never an id, a key or a value (T22), and it never reaches a response
/// by itself.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    source: Option<Source>,
    statuses: Statuses,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The session ended or was wiped while this request was in flight.
    Gone,
    /// Another request changed the same field, and the field's policy refuses to merge.
    Conflict,
    /// The store did not answer, or not in time.
    Unavailable,
    /// The store has no room for a new session.
    Full,
    /// The operating system gave no random bits.
    NoEntropy,
    /// The record would be larger than allowed.
    TooLarge { field: Cow<'static, str>, bytes: usize, limit: usize },
    /// The owner has as many sessions as they may.
    Limit { sessions: usize },
    /// An impersonation that cannot begin or end.
    Impersonation(CannotImpersonate),
    /// A value that JSON cannot carry, or that does not fit where it was put.
    Unstorable { field: Cow<'static, str>, why: Cow<'static, str> },
    /// The id or its attributes changed, but the response head is already on its way.
    TooLate,
    /// The request did not prove that a page of this session is behind it.
    Csrf,
    /// The request came over plain http, and the session is for https only.
    Insecure,
    /// The configuration cannot work.
    Config(Cow<'static, str>),
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, source: None, statuses: Statuses::default() }))
    }

    /// The same, answered with the application's own statuses.
    pub(crate) fn answered_with(mut self, statuses: Statuses) -> Self {
        self.0.statuses = statuses;
        self
    }

    /// The same, but for what the store said.
    pub(crate) fn without_source(&self) -> Self {
        Self(Box::new(Inner { kind: self.0.kind.clone(), source: None, statuses: self.0.statuses }))
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    pub(crate) fn config(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Config(what.into()))
    }

    /// The HTTP status that tells a client so: 403, 409, 500 or 503 (DESIGN.md, "When the session cannot be saved"), or what
    /// the application chose in the place of 409 and 503 ([`SessionsBuilder::status_when_gone`] and those beside it).
    ///
    /// [`SessionsBuilder::status_when_gone`]: crate::SessionsBuilder::status_when_gone
    pub fn status(&self) -> u16 {
        self.0.statuses.of(&self.0.kind)
    }

    /// The session ended, was rotated away or was wiped while this request was in flight, so its changes are refused.
    pub fn is_gone(&self) -> bool {
        self.0.kind == Kind::Gone
    }

    /// Another request changed the same field, and the field's merge policy refuses.
    pub fn is_conflict(&self) -> bool {
        self.0.kind == Kind::Conflict
    }

    /// The store did not answer, not in time, or has no room; trying again later may work.
    pub fn is_unavailable(&self) -> bool {
        matches!(self.0.kind, Kind::Unavailable | Kind::Full | Kind::NoEntropy)
    }

    /// The session would be larger than the configured limit; the text names the largest field.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge { .. })
    }

    /// The owner has as many sessions as `max_sessions` allows, and `when_full` refuses another one (S18).
    pub fn is_limit(&self) -> bool {
        matches!(self.0.kind, Kind::Limit { .. })
    }

    /// Why [`Session::impersonate`](crate::Session::impersonate) or
    /// [`stop_impersonating`](crate::Session::stop_impersonating) refused, unless it was the store or the session's size.
    pub fn cannot_impersonate(&self) -> Option<CannotImpersonate> {
        match self.0.kind {
            Kind::Impersonation(why) => Some(why),
            _ => None,
        }
    }

    /// A field holds a value that cannot be stored, such as a number that is not finite; the text names the field.
    pub fn is_unstorable(&self) -> bool {
        matches!(self.0.kind, Kind::Unstorable { .. })
    }

    /// The change needs a new cookie, but the response head is already on its way.
    pub fn is_too_late(&self) -> bool {
        self.0.kind == Kind::TooLate
    }

    /// The request did not prove that a page of this session is behind it: its CSRF token is missing or not right.
    pub fn is_csrf(&self) -> bool {
        self.0.kind == Kind::Csrf
    }

    /// The request came over plain http, and the session is for https only (`require_https`).
    pub fn is_insecure(&self) -> bool {
        self.0.kind == Kind::Insecure
    }

    /// The configuration breaks a rule; the text says which, and what to write instead.
    pub fn is_config(&self) -> bool {
        matches!(self.0.kind, Kind::Config(_))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (kind, source) = match error {
            StoreError::Full => (Kind::Full, None),
            StoreError::Unavailable(source) => (Kind::Unavailable, Some(source)),
        };
        Self(Box::new(Inner { kind, source, statuses: Statuses::default() }))
    }
}

impl From<crate::token::NoEntropy> for Error {
    fn from(_: crate::token::NoEntropy) -> Self {
        Self::new(Kind::NoEntropy)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Gone => f.write_str("the session has ended, or has another id since this request was sent"),
            Kind::Conflict => f.write_str("another request changed the same field of the session"),
            Kind::Unavailable => f.write_str("the session store is unavailable"),
            Kind::Full => f.write_str("the session store is full"),
            Kind::NoEntropy => f.write_str("the operating system gave no random bits for a session id"),
            Kind::TooLarge { field, bytes, limit } => {
                write!(
                    f,
                    "the session takes {bytes} bytes, of at most {limit}; the largest change is field `{}`",
                    field.escape_debug()
                )
            }
            Kind::Limit { sessions } => {
                write!(f, "the owner has {sessions} sessions, which is as many as are allowed")
            }
            Kind::Impersonation(why) => why.fmt(f),
            Kind::Unstorable { field, why } => {
                write!(f, "session field `{}` cannot be stored: {why}", field.escape_debug())
            }
            Kind::TooLate => {
                f.write_str("the session needs a new cookie, but the response head is already sent")
            }
            Kind::Csrf => f.write_str("the request did not prove that it comes from a page of this session"),
            Kind::Insecure => f.write_str(
                "the session is for https only, and nobody who is to be believed says that this request came over https: \
                 see `SessionsBuilder::trusted_proxies` and `OverHttps`",
            ),
            Kind::Config(what) => f.write_str(what),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", &self.0.kind).field("source", &self.0.source).finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// What a store tells the core when it cannot do its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// No answer, or a wrong one: the connection broke, the disk failed, a reply made no sense. The response is a 503.
    Unavailable(Source),
    /// No room for a new session. The response is a 503; existing sessions go on.
    Full,
}

impl StoreError {
    /// [`StoreError::Unavailable`] because of `cause`.
    pub fn unavailable(cause: impl Into<Source>) -> Self {
        Self::Unavailable(cause.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable(_) => "the session store is unavailable",
            Self::Full => "the session store is full",
        })
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unavailable(source) => Some(&**source),
            Self::Full => None,
        }
    }
}

/// The session could not be loaded: the store is down, not the session absent.
///
/// A handler that asks for `Result<&T, Unavailable>` runs during an outage and decides itself; every other handler that
/// wants the session is answered with a 503 before it runs (S67, T38).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable {
    status: u16,
}

impl Unavailable {
    /// To be answered with the application's own status.
    pub(crate) const fn answered_with(statuses: Statuses) -> Self {
        Self { status: statuses.unavailable }
    }

    /// The HTTP status that tells a client so: 503, or what the application
    /// [chose](crate::SessionsBuilder::status_when_unavailable).
    pub const fn status(&self) -> u16 {
        self.status
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session is unavailable")
    }
}

impl StdError for Unavailable {}
