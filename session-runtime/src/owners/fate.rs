//! What became of a session that an index names, and its end.

use std::sync::Arc;
use std::time::Duration;

use super::ledger::Entry;
use super::{Desk, Rooms};
use crate::engine::{Engine, TOMBSTONE};
use crate::error::StoreError;
use crate::record::{Fields, Meta, Record};
use crate::store::{Created, DynStore, Found};
use crate::token::Key;

/// How long a grave is kept: longer than a login may be on its way to it.
const GRAVE: Duration = Duration::from_secs(1200);

/// The owner of a grave. No JSON of an owner is this text.
const BURIED: &str = "buried";

/// What became of a session.
pub(super) enum Fate {
    /// Alive; with its record, where the server has one.
    Alive(Option<Arc<Record>>),
    /// Not there yet, or not any more.
    InFlight,
    Dead,
}

impl Desk<'_> {
    /// What became of the session of this entry in the index of `owner`.
    pub(super) async fn fate(&self, engine: &Engine, owner: &str, entry: &Entry) -> Result<Fate, StoreError> {
        let now = engine.now();
        for key in entry.keys() {
            match self.rooms {
                Rooms::Store(store) => match engine.ask(store.load(key)).await? {
                    Found::Record(record) if now < record.meta().deadline() && !is_grave(&record) => {
                        return Ok(Fate::Alive(Some(record)));
                    }
                    Found::Record(_) | Found::Tombstone(_) | Found::Nothing => {}
                },
                Rooms::Cookies(jar) => {
                    if now < entry.expires() && !jar.is_over(engine, key, owner, entry.began()).await? {
                        return Ok(Fate::Alive(None));
                    }
                }
            }
        }
        Ok(if entry.is_in_flight(now) { Fate::InFlight } else { Fate::Dead })
    }

    /// Ends the session of this entry, under whichever of its keys it is or is about to be.
    pub(super) async fn end(&self, engine: &Engine, entry: &Entry) -> Result<(), StoreError> {
        for key in entry.keys() {
            match self.rooms {
                Rooms::Store(store) => end(engine, store, key).await?,
                Rooms::Cookies(jar) => jar.end_until(engine, key, entry.expires(), engine.now()).await?,
            }
        }
        Ok(())
    }
}

/// Where a session is or may come to be, there is none any more and none to come.
async fn end(engine: &Engine, store: &dyn DynStore, key: &Key) -> Result<(), StoreError> {
    match engine.ask(store.load(key)).await? {
        // it went on under another key, which the index has too; or it was somebody else's from there on
        Found::Tombstone(_) => return Ok(()),
        Found::Record(record) if is_grave(&record) => return Ok(()),
        Found::Record(_) => {}
        Found::Nothing => {
            if bury(engine, store, key).await? == Created::Created {
                return Ok(());
            }
        }
    }
    engine.ask(store.delete(key, engine.now().after(TOMBSTONE))).await
}

/// Takes the place of a session that is on its way.
pub(super) async fn bury(engine: &Engine, store: &dyn DynStore, key: &Key) -> Result<Created, StoreError> {
    let now = engine.now();
    let mut meta = Meta::new(now, GRAVE, now.after(GRAVE));
    meta.owner = Some(BURIED.into());
    engine.ask(store.create(key, Arc::new(Record::new(meta, Fields::default())))).await
}

fn is_grave(record: &Record) -> bool {
    record.meta().owner.as_deref() == Some(BURIED)
}

/// Whether a session that is on its way to this key was ended before it came.
pub(super) async fn is_buried(engine: &Engine, store: &dyn DynStore, key: &Key) -> Result<bool, StoreError> {
    Ok(match engine.ask(store.load(key)).await? {
        Found::Record(record) => is_grave(&record),
        // of an id that nobody has had yet
        Found::Tombstone(_) => true,
        Found::Nothing => false,
    })
}
