//! What is known about a session beside its fields.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Renewal;
use crate::clock::Timestamp;

/// Deadlines, owner and the like of one session.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// When the session was created. Rotation keeps it.
    pub created: Timestamp,
    /// When it got its present id: at its creation, or by the last rotation.
    pub issued: Timestamp,
    /// The id before, if that was a renewal (S24). Kept until the next rotation, though it means nothing once it is over.
    pub renewed: Option<Box<Renewal>>,
    /// When its owner last proved who they are (S19).
    pub authenticated: Option<Timestamp>,
    /// The last recorded activity (S20).
    pub last_seen: Timestamp,
    /// How long the session may lie idle (S20).
    pub idle: Duration,
    /// When the session ends, whatever its activity (S21).
    pub expires: Timestamp,
    /// Whether a handler chose the declared longer lifetime (S45).
    pub remembered: bool,
    /// The JSON value of the `owner` field, if it is set.
    pub owner: Option<Box<str>>,
    /// The version of the session type that wrote the fields; 0 if it declares none (T42).
    pub schema: u32,
    /// The write that made the record what it is.
    pub last_op: OpId,
}

impl Meta {
    /// Metadata of a session without an owner.
    pub const fn new(now: Timestamp, idle: Duration, expires: Timestamp) -> Self {
        Self {
            created: now,
            issued: now,
            renewed: None,
            authenticated: None,
            last_seen: now,
            idle,
            expires,
            remembered: false,
            owner: None,
            schema: 0,
            last_op: OpId(0),
        }
    }

    /// The moment from which the session is dead: the earlier of its idle and its absolute deadline (S20, S21).
    pub fn deadline(&self) -> Timestamp {
        self.expires.min(self.last_seen.after(self.idle))
    }
}

impl fmt::Debug for Meta {
    /// Says that there is an owner, not who (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            created,
            issued,
            renewed,
            authenticated,
            last_seen,
            idle,
            expires,
            remembered,
            owner,
            schema,
            last_op,
        } = self;
        f.debug_struct("Meta")
            .field("created", created)
            .field("issued", issued)
            .field("renewed", renewed)
            .field("authenticated", authenticated)
            .field("last_seen", last_seen)
            .field("idle", idle)
            .field("expires", expires)
            .field("remembered", remembered)
            .field("owned", &owner.is_some())
            .field("schema", schema)
            .field("last_op", last_op)
            .finish()
    }
}

/// Names one write, so that a store can tell a repetition from a second write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpId(u128);

impl OpId {
    /// A name that no other write has. It is not secret and need not be hard to guess.
    pub(crate) fn next() -> Self {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let process = *PROCESS.get_or_init(crate::unique::seed);
        Self(u128::from(process) << 64 | u128::from(COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The name that a store reads back.
    pub const fn from_u128(name: u128) -> Self {
        Self(name)
    }

    /// The name as a number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// What a commit changes in the metadata; `None` leaves a part as it is.
// of two `Option`s, the outer one leaves the part as it is, the inner one is the part
#[allow(clippy::option_option)]
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct MetaChange {
    pub(crate) issued: Option<Timestamp>,
    pub(crate) renewed: Option<Option<Box<Renewal>>>,
    pub(crate) authenticated: Option<Option<Timestamp>>,
    pub(crate) last_seen: Option<Timestamp>,
    pub(crate) idle: Option<Duration>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) remembered: Option<bool>,
    pub(crate) owner: Option<Option<Box<str>>>,
    pub(crate) schema: Option<u32>,
}

impl fmt::Debug for MetaChange {
    /// Says that the owner changes, not to whom (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetaChange").field("owner", &self.owner.is_some()).finish_non_exhaustive()
    }
}

impl MetaChange {
    pub(crate) fn apply(&self, meta: &Meta, op: OpId) -> Meta {
        Meta {
            created: meta.created,
            issued: self.issued.unwrap_or(meta.issued),
            renewed: self.renewed.clone().unwrap_or_else(|| meta.renewed.clone()),
            authenticated: self.authenticated.unwrap_or(meta.authenticated),
            // two requests may commit in either order; activity never moves back
            last_seen: self.last_seen.map_or(meta.last_seen, |seen| seen.max(meta.last_seen)),
            idle: self.idle.unwrap_or(meta.idle),
            expires: self.expires.unwrap_or(meta.expires),
            remembered: self.remembered.unwrap_or(meta.remembered),
            owner: self.owner.clone().unwrap_or_else(|| meta.owner.clone()),
            // what a later version wrote stays its own
            schema: self.schema.map_or(meta.schema, |schema| schema.max(meta.schema)),
            last_op: op,
        }
    }
}
