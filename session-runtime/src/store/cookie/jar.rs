//! The cookies of one session type: what the core asks where it would ask a store.

use std::sync::Arc;
use std::time::Duration;

use super::RevocationList;
use super::revocation::Fate;
use crate::clock::Timestamp;
use crate::commit::apply::Live;
use crate::commit::plan::Lifetimes;
use crate::engine::{Engine, TOMBSTONE};
use crate::error::StoreError;
use crate::observe::{Deadline, Happened};
use crate::record::{Meta, Record, Renewal};
use crate::seal::{Opened, Sealer, Shut};
use crate::token::{Key, NoEntropy, Purpose, Token};

/// Seals and opens the cookies of one session type.
pub(crate) struct Jar {
    pub(super) sealer: Box<dyn Sealer>,
    pub(super) ended: Option<RevocationList>,
    pub(super) readable: bool,
    /// What the owners of these sessions are told apart from others by: the whole scope of the seal (S56, T13).
    pub(super) owners: Purpose,
}

/// What a cookie turned out to be.
pub(crate) enum Look {
    Live(Live),
    /// It ended a short while ago: what is in flight with it must not begin anew.
    Dead {
        stray: Box<Stray>,
        rotated: bool,
    },
    /// No session, and what is there instead.
    Nothing(Miss, Option<Box<Stray>>),
}

/// An id that reaches nothing.
pub(crate) struct Stray {
    pub(crate) token: Token,
    pub(crate) key: Key,
}

/// Why what was presented reaches no session. To whoever presented it all of them are one (S60). The worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Miss {
    Unknown,
    Expired(Deadline),
    Replayed { rotated: bool },
    Tampered,
}

impl Miss {
    /// Whether a session with this metadata is over.
    pub(crate) fn over(meta: &Meta, now: Timestamp) -> Option<Self> {
        let deadline = if meta.expires <= now { Deadline::Absolute } else { Deadline::Idle };
        (meta.deadline() <= now).then_some(Self::Expired(deadline))
    }

    pub(crate) const fn happened(self) -> Happened<'static> {
        match self {
            Self::Unknown => Happened::Unknown,
            Self::Expired(deadline) => Happened::Expired { deadline },
            Self::Replayed { rotated } => Happened::Replayed { rotated },
            Self::Tampered => Happened::Tampered,
        }
    }
}

/// A session that has ended, or has another id that the old one does not reach.
struct Dead {
    at: Timestamp,
    rotated: bool,
}

impl Jar {
    /// Whether the text could be a cookie of this store: nothing is decoded for that (S6, T20).
    pub(crate) fn could_be(&self, text: &[u8]) -> bool {
        self.sealer.could_be(text)
    }

    /// Whether the client can read the cookie.
    pub(crate) const fn is_readable(&self) -> bool {
        self.readable
    }

    /// The list of what has ended, if there is one.
    pub(crate) const fn ended(&self) -> Option<&RevocationList> {
        self.ended.as_ref()
    }

    /// The session in a cookie.
    pub(crate) async fn look(
        &self,
        engine: &Engine,
        text: &[u8],
        now: Timestamp,
    ) -> Result<Look, StoreError> {
        let (Opened { id, record, stale }, is_over) = match self.sealer.examine(text, now) {
            Ok(opened) => (opened, false),
            Err(Shut::Over(opened)) => (*opened, true),
            Err(Shut::Forged) => return Ok(Look::Nothing(Miss::Tampered, None)),
        };
        let token = Token::from_id(id);
        let key = token.key(&engine.purpose);
        match Miss::over(record.meta(), now) {
            Some(miss) => return Ok(Look::Nothing(miss, Some(Box::new(Stray { token, key })))),
            // it begins in the future, or ends too far in it: a clock was wrong
            None if is_over => return Ok(Look::Nothing(Miss::Unknown, Some(Box::new(Stray { token, key })))),
            None => {}
        }
        let live = Live { token: token.clone(), key, record: record.into(), stale };
        Ok(match self.standing(engine, live, now).await? {
            Ok(live) => Look::Live(live),
            Err(Dead { at, rotated }) if now < at.after(TOMBSTONE) => {
                Look::Dead { stray: Box::new(Stray { token, key }), rotated }
            }
            Err(Dead { rotated, .. }) => {
                Look::Nothing(Miss::Replayed { rotated }, Some(Box::new(Stray { token, key })))
            }
        })
    }

    /// The session as it goes on: as it is, or under the id that it was renewed to since (S24); `None` if it has ended.
    pub(crate) async fn going_on(&self, engine: &Engine, live: Live) -> Result<Option<Live>, StoreError> {
        let now = engine.now();
        Ok(self.standing(engine, live, now).await?.ok())
    }

    async fn standing(
        &self,
        engine: &Engine,
        live: Live,
        now: Timestamp,
    ) -> Result<Result<Live, Dead>, StoreError> {
        let (at, renewal) = match self.fate(engine, &live.key, &live.record).await? {
            Fate::Alive => return Ok(Ok(live)),
            Fate::Ended { at, rotated } => return Ok(Err(Dead { at, rotated })),
            Fate::Renewed(at, renewal) => (at, renewal),
        };
        if renewal.from != live.key || !renewal.is_on(now) {
            return Ok(Err(Dead { at, rotated: true }));
        }
        let token = live.token.renewed(&renewal.nonce);
        let key = token.key(&engine.purpose);
        match self.fate(engine, &key, &live.record).await? {
            Fate::Alive => {
                let mut meta = live.record.meta().clone();
                meta.issued = at;
                let record = Arc::new(live.record.with_meta(meta));
                Ok(Ok(Live { token, key, record, stale: true }))
            }
            Fate::Ended { .. } | Fate::Renewed(..) => Ok(Err(Dead { at, rotated: true })),
        }
    }

    /// Whether the session has ended since it was loaded, or has another id.
    pub(crate) async fn has_ended(&self, engine: &Engine, live: &Live) -> Result<bool, StoreError> {
        Ok(self.fate(engine, &live.key, &live.record).await? != Fate::Alive)
    }

    async fn fate(&self, engine: &Engine, key: &Key, record: &Record) -> Result<Fate, StoreError> {
        match &self.ended {
            Some(list) => list.fate(engine, &self.owners, key, record).await,
            None => Ok(Fate::Alive),
        }
    }

    /// Ends an id whose session goes on under another one, by a `renewal` or otherwise; `false` if it had ended already. Without a list, nothing is known of
    /// that.
    pub(crate) async fn rotate(
        &self,
        engine: &Engine,
        old: &Live,
        new: &Key,
        renewal: Option<&Renewal>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match &self.ended {
            Some(list) => {
                let until = last_copy(engine, Some(&old.record), now);
                list.end(engine, &old.key, Some((new, renewal)), now, until).await
            }
            None => Ok(true),
        }
    }

    /// Ends a session, also if it was rotated since. `record` is what its cookie held, if that is known.
    pub(crate) async fn end(
        &self,
        engine: &Engine,
        key: &Key,
        record: Option<&Record>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match &self.ended {
            Some(list) => list.end_wherever(engine, key, now, last_copy(engine, record, now)).await,
            None => Ok(()),
        }
    }

    /// Ends the session of this key, which cannot live longer than until then. What it went on as is not concerned.
    pub(crate) async fn end_until(
        &self,
        engine: &Engine,
        key: &Key,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match &self.ended {
            Some(list) => {
                let until = last_copy(engine, None, now).max(expires.after(SLACK));
                list.end(engine, key, None, now, until).await.map(drop)
            }
            None => Ok(()),
        }
    }

    /// Whether the session of this key, which has this owner since then, ended or has another id.
    pub(crate) async fn is_over(
        &self,
        engine: &Engine,
        key: &Key,
        owner: &str,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        match &self.ended {
            Some(list) => {
                Ok(list.fate_of(engine, &self.owners, key, Some((owner, since))).await? != Fate::Alive)
            }
            None => Ok(false),
        }
    }

    /// What owners are told apart by.
    pub(crate) const fn owners(&self) -> &Purpose {
        &self.owners
    }

    /// Ends every session of this owner that began before now; `false` without a list, which alone could tell.
    pub(crate) async fn end_all_of(
        &self,
        engine: &Engine,
        owner: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match &self.ended {
            Some(list) => list.end_all_of(engine, &self.owners, owner, now).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// The text of the cookie that holds this record.
    pub(crate) fn seal(&self, token: &Token, record: &Record) -> Result<String, NoEntropy> {
        self.sealer.seal(token.id(), record)
    }

    /// Removes what the list need not keep any more.
    pub(crate) async fn sweep(&self, engine: &Engine) -> Result<usize, StoreError> {
        match &self.ended {
            Some(list) => list.sweep(engine).await,
            None => Ok(0),
        }
    }
}

/// How far the clocks of two servers may be apart, and how long a cookie may be on its way while its session ends.
const SLACK: Duration = Duration::from_secs(600);

/// When the last copy of the cookie of a session that ends now is dead.
///
/// An older copy may have a later deadline than the newest, when a longer lifetime was given up; and the one at hand a later
/// one than any made now, when the application declares shorter lifetimes than before.
fn last_copy(engine: &Engine, record: Option<&Record>, now: Timestamp) -> Timestamp {
    let Lifetimes { absolute, remember, .. } = engine.lifetimes;
    let declared = now.after(remember.map_or(absolute, |remember| remember.max(absolute)));
    record.map_or(declared, |record| record.meta().expires.max(declared)).after(SLACK)
}
