//! A store answered with a conflict that it may have left to the core: loads the record anew, merges, and asks again.
//!
//! Each attempt merges what the request loaded first, what is there now, and what the request did: a function of the user
//! never sees its own earlier outcome.

use super::apply::rename;
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::store::{DynStore, Found, Updated};
use crate::token::{Key, Token};

/// How often a commit is tried in all. Whoever keeps changing the same field succeeds each time, so others progress.
const TRIES: usize = 8;

/// `Store::update` after a conflict.
pub(super) async fn update(
    engine: &Engine,
    store: &dyn DynStore,
    key: &Key,
    changes: &Changes,
) -> Result<Updated, Error> {
    for _ in 1..TRIES {
        let Some(merged) = merged(engine, store, key, changes).await? else { break };
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
    key: &Key,
    changes: &Changes,
    tombstone: Timestamp,
) -> Result<Option<(Token, Key)>, Error> {
    for _ in 1..TRIES {
        let Some(merged) = merged(engine, store, key, changes).await? else { break };
        let moved = rename(engine, store, key, &merged, tombstone).await?;
        if moved.is_some() {
            return Ok(moved);
        }
    }
    Ok(None)
}

/// The changes onto the record as it is now; `None` if a policy refuses.
async fn merged(
    engine: &Engine,
    store: &dyn DynStore,
    key: &Key,
    changes: &Changes,
) -> Result<Option<Changes>, Error> {
    match engine.ask(store.load(key)).await? {
        Found::Record(record) if engine.now() < record.meta().deadline() => Ok(changes.onto(&record).ok()),
        _ => Err(Error::new(Kind::Gone)),
    }
}
