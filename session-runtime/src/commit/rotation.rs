//! Moves a record to a new id, together with what the request changed.

use std::sync::Arc;

use super::apply::{Live, Work, sent};
use super::renewal::NewId;
use super::{limit, merge, renewal};
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::engine::{Engine, TOMBSTONE};
use crate::error::{Error, Kind};
use crate::schema::Upgrade;
use crate::store::{DynStore, Rotated};
use crate::token::{Key, Token};

/// How often a new id is tried when the store already has one of that name (S3). With 256 random bits once is enough; a
/// second collision means that the random source is broken.
pub(super) const TRIES: usize = 3;

/// [`Op::Rotate`](super::plan::Op::Rotate): the old id is dead at once.
pub(super) async fn rotate(
    engine: &Engine,
    store: &dyn DynStore,
    mut changes: Changes,
    live: Live,
    work: &mut Work,
) -> Result<Live, Error> {
    changes.meta.issued = Some(work.now);
    let mut id = NewId::Anew(&mut work.next);
    // what comes of a failure needs it no more
    let upgrade = work.upgrade.take();
    let upgrade = upgrade.as_deref();
    match move_record(engine, store, &live, &mut changes, upgrade, work.now, &mut id).await {
        Err(error) if error.is_gone() => {
            let moved = renewal::overtaken(engine, store, &live).await?.ok_or(error)?;
            move_record(engine, store, &moved, &mut changes, upgrade, work.now, &mut id).await
        }
        moved => moved,
    }
}

/// Moves the record to a new id.
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
    let (token, key) = moved.ok_or_else(|| Error::new(Kind::Conflict))?;
    Ok(Live { token, key, record: sent(changes, Arc::clone(&live.record)), stale: false })
}

/// Moves the record to a new id; `None` if a policy refuses.
pub(super) async fn rename(
    engine: &Engine,
    store: &dyn DynStore,
    old: &Live,
    changes: &mut Changes,
    until: Timestamp,
    id: &mut NewId<'_>,
) -> Result<Option<(Token, Key)>, Error> {
    for _ in 0..TRIES {
        let token = id.choose(engine, old, changes)?;
        let key = token.key(&engine.purpose);
        match engine.ask(store.rotate(&old.key, &key, changes, until)).await? {
            Rotated::Rotated => return Ok(Some((token, key))),
            Rotated::Conflict => {
                id.keep(token);
                return Ok(None);
            }
            Rotated::TooLarge { bytes } => return Err(limit::too_large(changes, bytes)),
            Rotated::Gone => return Err(Error::new(Kind::Gone)),
            Rotated::Exists => {}
        }
    }
    Err(Error::new(Kind::NoEntropy))
}
