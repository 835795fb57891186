//! Moves a session's record to a new id: by a rotation, which ends the old one, or by a renewal, which leaves it a grace.
//!
//! If somebody owns the session, the new id is noted in the owner's index first: so whoever ends the owner's sessions knows
//! of it, whichever of the two comes first.

use std::sync::Arc;

use super::apply::{After, Live, TRIES, Work, left, sent};
use super::{limit, merge, renewal};
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::engine::{Engine, TOMBSTONE};
use crate::error::{Error, Kind};
use crate::owners::{self, Arrival, Newcomer};
use crate::record::Renewal;
use crate::schema::Upgrade;
use crate::store::{DynStore, Rotated};
use crate::token::{Key, Token};

/// The id that a session is to get.
pub(super) struct NewId<'a> {
    grace: Option<Grace>,
    /// Nothing has this name yet: it was promised to somebody, or the store refused the move for another reason.
    token: Option<Token>,
    newcomer: Newcomer,
    is_noted: bool,
    engine: &'a Engine,
}

/// What a renewal keeps of the old id.
struct Grace {
    until: Timestamp,
    nonce: [u8; 32],
}

impl<'a> NewId<'a> {
    /// A random one, or the one that is promised. The old one is dead at once.
    pub(super) fn anew(engine: &'a Engine, promised: Option<Token>) -> Self {
        let newcomer = Newcomer::default();
        Self { engine, grace: None, token: promised, newcomer, is_noted: false }
    }

    /// One after the old one, which reaches the session until then.
    pub(super) fn renewed(engine: &'a Engine, until: Timestamp) -> Self {
        let grace = Some(Grace { until, nonce: [0; 32] });
        Self { engine, grace, token: None, newcomer: Newcomer::default(), is_noted: false }
    }

    /// The id, noted for the owner of the session as the changes leave it.
    ///
    /// # Errors
    /// As [`Newcomer::note`]; or there are no random bits.
    pub(super) async fn ready(&mut self, old: &Live, changes: &mut Changes) -> Result<(Token, Key), Error> {
        let engine = self.engine;
        let token = match self.token.take() {
            Some(token) => token,
            None => self.choose(old)?,
        };
        changes.meta.renewed = match &self.grace {
            Some(Grace { until, nonce }) => {
                Some(Some(Box::new(Renewal { from: old.key, nonce: *nonce, until: *until })))
            }
            // nothing to forget, mostly
            None => old.record.meta().renewed.is_some().then_some(None),
        };
        let key = token.key(&engine.purpose);
        self.token = Some(token.clone());
        if !self.is_noted {
            let arrival = arrival(engine, changes, old);
            let arrival = if self.grace.is_some() { arrival.map(Arrival::by_renewal) } else { arrival };
            self.newcomer = Newcomer::of(arrival);
            self.newcomer.note(engine, &key).await?;
            self.is_noted = true;
        }
        Ok((token, key))
    }

    fn choose(&mut self, old: &Live) -> Result<Token, Error> {
        let random = Token::random(&*self.engine.entropy, old.key.slot())?;
        Ok(match &mut self.grace {
            Some(grace) => {
                grace.nonce = *random.id();
                old.token.renewed(&grace.nonce)
            }
            None => random,
        })
    }

    /// The store has something under it.
    async fn is_taken(&mut self) -> Result<(), Error> {
        self.token = None;
        self.is_noted = false;
        self.newcomer.is_taken(self.engine).await
    }

    /// The session turned out to be in another index than the one that was told of this id: that one is told instead.
    pub(super) async fn note_anew(&mut self) {
        self.is_noted = false;
        self.newcomer.withdraw(self.engine).await;
    }

    /// What the move came to. If it was not done, the id is not noted any more, and may be again.
    async fn settle<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.is_noted = outcome.is_ok();
        self.newcomer.settle(self.engine, outcome).await
    }
}

/// Whose session it is after these changes.
pub(super) fn arrival(engine: &Engine, changes: &Changes, live: &Live) -> Option<Arrival> {
    let before = live.record.meta();
    let after = changes.meta.apply(before, changes.op);
    Arrival::with(engine, &after, &live.record, Some((&live.key, before)))
}

/// Moves the record to an id that the old one does not lead to.
pub(super) async fn rotate(
    engine: &Engine,
    store: &dyn DynStore,
    mut changes: Changes,
    live: Live,
    work: &mut Work,
) -> Result<After, Error> {
    changes.meta.issued = Some(work.now);
    // what comes of a failure needs it no more
    let upgrade = work.upgrade.take();
    let upgrade = upgrade.as_deref();
    let mut id = NewId::anew(engine, work.next.take().map(|promised| *promised));
    match id.ready(&live, &mut changes).await {
        // a privilege that was given up must not last because an index cannot be written: then all of it ends
        Err(error) if work.diff.summary.dropped && is_unwritten(&error) => {
            engine.ask(store.delete(&live.key, work.now.after(TOMBSTONE))).await?;
            return Ok(After::Ended);
        }
        Err(error) if !error.is_gone() => return Err(error),
        Ok(_) | Err(_) => {}
    }
    let new = match move_record(engine, store, &live, &mut changes, upgrade, work.now, &mut id).await {
        Err(error) if error.is_gone() => {
            let moved = renewal::overtaken(engine, store, &live).await?.ok_or(error)?;
            move_record(engine, store, &moved, &mut changes, upgrade, work.now, &mut id).await
        }
        new => new,
    }?;
    if owners::whose(new.record.meta()) != owners::whose(live.record.meta()) {
        left(engine, Some(&live)).await;
    }
    Ok(After::Live(new))
}

/// The index could not be written: nothing else is wrong.
pub(super) fn is_unwritten(error: &Error) -> bool {
    error.is_unavailable() || error.is_conflict()
}

/// Moves the record to the new id.
pub(super) async fn move_record(
    engine: &Engine,
    store: &dyn DynStore,
    live: &Live,
    changes: &mut Changes,
    upgrade: Option<&Upgrade>,
    now: Timestamp,
    id: &mut NewId<'_>,
) -> Result<Live, Error> {
    let until = now.after(TOMBSTONE);
    let moved = try_to_move(engine, store, live, changes, upgrade, until, id).await;
    let (token, key) = id.settle(moved).await?;
    Ok(Live { token, key, record: sent(changes, Arc::clone(&live.record)), stale: false })
}

async fn try_to_move(
    engine: &Engine,
    store: &dyn DynStore,
    live: &Live,
    changes: &mut Changes,
    upgrade: Option<&Upgrade>,
    until: Timestamp,
    id: &mut NewId<'_>,
) -> Result<(Token, Key), Error> {
    let mut moved = match upgrade {
        None => rename(engine, store, live, changes, until, id).await?,
        Some(upgrade) => {
            let mut migrating = upgrade.with(changes);
            let moved = rename(engine, store, live, &mut migrating, until, id).await?;
            changes.meta = migrating.meta;
            moved
        }
    };
    if moved.is_none() {
        moved = merge::rotate(engine, store, live, changes, until, id).await?;
    }
    moved.ok_or_else(|| Error::new(Kind::Conflict))
}

/// Moves it once; `None` if a policy refuses.
pub(super) async fn rename(
    engine: &Engine,
    store: &dyn DynStore,
    old: &Live,
    changes: &mut Changes,
    until: Timestamp,
    id: &mut NewId<'_>,
) -> Result<Option<(Token, Key)>, Error> {
    for _ in 0..TRIES {
        let (token, key) = id.ready(old, changes).await?;
        match engine.ask(store.rotate(&old.key, &key, changes, until)).await? {
            Rotated::Rotated => return Ok(Some((token, key))),
            Rotated::Conflict => return Ok(None),
            Rotated::TooLarge { bytes } => return Err(limit::too_large(changes, bytes)),
            Rotated::Gone => return Err(Error::new(Kind::Gone)),
            Rotated::Exists => id.is_taken().await?,
        }
    }
    Err(Error::new(Kind::NoEntropy))
}
