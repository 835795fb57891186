//! A store answered with a conflict, which it may have left to the core: loads the record anew, merges, and asks again.
//!
//! Each attempt merges what the request loaded first, what is there now, and what the request did: a function of the user
//! never sees its own earlier outcome.

use std::sync::Arc;
use std::time::Duration;

use super::apply::Live;
use super::moving::{NewId, rename};
use super::reindex;
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::owners::{self, Arrival, whose};
use crate::record::{Meta, Record};
use crate::store::{DynStore, Found, Updated};
use crate::token::{Key, Token};

/// How often a commit is tried in all. Each time, somebody else has succeeded: of so many and more that want the same field
/// at once, each has its turn.
const TRIES: u32 = 32;

/// From this try on there is a pause before it, of random length and up to twice as long each time: those who meet again
/// and again must not do so for ever. The first are at once, since mostly there is one other.
const PATIENT: u32 = 3;
const LONGEST_PAUSE_MILLIS: u64 = 32;

/// `Store::update` after a conflict.
pub(super) async fn update(
    engine: &Engine,
    store: &dyn DynStore,
    key: &Key,
    changes: &Changes,
) -> Result<Updated, Error> {
    for attempt in 1..TRIES {
        pause(attempt).await;
        let (record, merged) = match merged(engine, store, key, changes).await {
            Ok(Some(merged)) => merged,
            Ok(None) => break,
            Err(error) if error.is_gone() => return Ok(Updated::Gone),
            Err(error) => return Err(error),
        };
        if changes.meta.expires.is_some() && is_filed_otherwise(changes, &record) {
            prolong(engine, key, &merged, &record).await?;
        }
        match engine.ask(store.update(key, &merged)).await? {
            Updated::Conflict => {}
            done => return Ok(done),
        }
    }
    Ok(Updated::Conflict)
}

/// `Store::rotate` after a conflict; `None` if it stays one.
pub(super) async fn rotate(
    engine: &Engine,
    store: &dyn DynStore,
    live: &Live,
    changes: &mut Changes,
    tombstone: Timestamp,
    id: &mut NewId<'_>,
) -> Result<Option<(Token, Key)>, Error> {
    for attempt in 1..TRIES {
        pause(attempt).await;
        let Some((record, mut merged)) = merged(engine, store, &live.key, changes).await? else { break };
        let filed = is_filed_otherwise(changes, &record).then(|| as_filed(live, &record));
        if filed.is_some() {
            id.note_anew().await;
        }
        let live = filed.as_ref().unwrap_or(live);
        let moved = rename(engine, store, live, &mut merged, tombstone, id).await?;
        if moved.is_some() {
            changes.meta = merged.meta;
            return Ok(moved);
        }
    }
    Ok(None)
}

/// Whether a request of a later version wrote the owner in another form since this one loaded the session: then the index of
/// that form has it.
fn is_filed_otherwise(changes: &Changes, now: &Record) -> bool {
    changes.base.as_ref().is_some_and(|base| whose(base.meta()) != whose(now.meta()))
}

/// What the request knows of the session, with the owner as they are written now.
fn as_filed(live: &Live, now: &Record) -> Live {
    let meta = Meta { owner: now.meta().owner.clone(), ..live.record.meta().clone() };
    Live { record: Arc::new(live.record.with_meta(meta)), ..live.clone() }
}

/// The index that has the session now is to know for how long.
async fn prolong(engine: &Engine, key: &Key, changes: &Changes, now: &Record) -> Result<(), Error> {
    let after = changes.meta.apply(now.meta(), changes.op);
    match Arrival::with(engine, &after, now, Some((key, now.meta()))) {
        Some(arrival) => owners::prolong(engine, &arrival, key).await,
        None => Ok(()),
    }
}

pub(crate) async fn pause(attempt: u32) {
    let Some(steps) = attempt.checked_sub(PATIENT) else { return };
    let longest = 1_u64.checked_shl(steps + 1).unwrap_or(u64::MAX).min(LONGEST_PAUSE_MILLIS);
    tokio::time::sleep(Duration::from_micros(crate::unique::seed() % (longest * 1000))).await;
}

/// The record as it is now, and the changes onto it; `None` if a policy refuses.
async fn merged(
    engine: &Engine,
    store: &dyn DynStore,
    key: &Key,
    changes: &Changes,
) -> Result<Option<(Arc<Record>, Changes)>, Error> {
    match engine.ask(store.load(key)).await? {
        Found::Record(record) if engine.now() < record.meta().deadline() => {
            let merged = match engine.types.schema.upgrade(&record) {
                Ok(None) => changes.onto(&record).ok(),
                // what was changed makes it write the owner otherwise: that is done when the session is loaded
                Ok(Some(upgrade)) if reindex::is_due(engine, &upgrade) => None,
                // still of the earlier version, and changed by a request of that
                Ok(Some(upgrade)) => changes.onto(&upgrade.record).ok().map(|ours| upgrade.with(&ours)),
                Err(_) => None,
            };
            Ok(merged.map(|merged| (record, merged)))
        }
        _ => Err(Error::new(Kind::Gone)),
    }
}
