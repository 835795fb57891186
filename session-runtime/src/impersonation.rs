//! Somebody acts as somebody else: who is behind it, and what is put aside for as long.
//!
//! The session stays the administrator's: its metadata, the index that names it, its deadlines. Only its fields become
//! those of a session of the user, and the administrator's lie in one of them.

mod aside;

use std::fmt;

pub(crate) use aside::{Exchange, Impersonation};

use crate::clock::Timestamp;
use crate::field::{DecodeError, SessionField};
use aside::Aside;

/// Who is behind an impersonation: what the `impersonator` field of a session holds while its owner, an administrator, acts
/// as another user.
///
/// [`Session::impersonate`](crate::Session::impersonate) sets it, and nothing else can. What the administrator's own session
/// held is in the store only, beside this; no handler sees it before
/// [`stop_impersonating`](crate::Session::stop_impersonating) brings it back.
#[derive(Clone, PartialEq, Eq)]
pub struct Impersonator<U> {
    user: U,
    since: Timestamp,
}

impl<U> Impersonator<U> {
    /// The administrator.
    pub const fn user(&self) -> &U {
        &self.user
    }

    /// When the impersonation began.
    pub const fn since(&self) -> Timestamp {
        self.since
    }
}

impl<U> fmt::Debug for Impersonator<U> {
    /// Says that there is one, not who (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Impersonator(..)")
    }
}

/// A type that the `impersonator` field can have in a session whose `owner` field is an `F`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say who is behind an impersonation",
    label = "an `impersonator` field is an `Option<Impersonator<UserId>>`",
    note = "of the `UserId` in the `owner` field, which is an `{F}`"
)]
#[doc(hidden)]
pub trait Mark<F>: Clone + Send + Sync + 'static {
    /// Whether both are of one impersonation.
    fn same(&self, other: &Self) -> bool;

    /// Reads who it is from what is stored, all of which must be right.
    fn decode(json: &[u8]) -> Result<Self, DecodeError>;
}

impl<U: SessionField> Mark<Option<U>> for Option<Impersonator<U>> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.since == b.since && a.user.same(&b.user),
            (None, None) => true,
            _ => false,
        }
    }

    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let aside: Option<Aside<'_>> = serde_json::from_slice(json).map_err(|_| DecodeError)?;
        let impersonator = |aside: Aside<'_>| {
            let user = U::decode(aside.user())?;
            Ok(Impersonator { user, since: aside.since() })
        };
        aside.map(impersonator).transpose()
    }
}

/// Why an impersonation cannot begin or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CannotImpersonate {
    /// Nobody owns the session, so nobody could come back.
    NotLoggedIn,
    /// The session's owner acts as somebody else already.
    AlreadyImpersonating,
    /// It is the session's owner.
    SameUser,
    /// There is no impersonation to end.
    NotImpersonating,
}

impl fmt::Display for CannotImpersonate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotLoggedIn => "nobody is logged in who could impersonate somebody",
            Self::AlreadyImpersonating => "the session is an impersonation already: stop that one first",
            Self::SameUser => "nobody can impersonate themselves",
            Self::NotImpersonating => "the session is no impersonation",
        })
    }
}

impl std::error::Error for CannotImpersonate {}

#[cfg(test)]
mod tests;
