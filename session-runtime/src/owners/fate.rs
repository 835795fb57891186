//! What became of a session that an index names, and its end.

use std::sync::Arc;
use std::time::Duration;

use super::ledger::Entry;
use super::{Desk, Rooms, whose};
use crate::engine::{Engine, TOMBSTONE};
use crate::error::StoreError;
use crate::record::{Fields, Meta, Record};
use crate::store::{Created, DynStore, Found};
use crate::token::Key;

/// How long a grave is kept: longer than a login may be on its way to it.
const GRAVE: Duration = Duration::from_secs(1200);

/// The owner of a grave. No JSON of an owner is this text.
const BURIED: &str = "buried";

/// How often a session may have been moved while it is looked for. The index has its newest keys, so mostly it was not.
const MOVES: usize = 8;

/// What became of a session.
pub(super) enum Fate {
    /// Alive; with its record, where the server has one.
    Alive(Option<Arc<Record>>),
    /// Not there yet, or not any more.
    InFlight,
    Dead,
}

/// What is under a key, or where a rotation or renewal took it.
pub(super) enum At {
    /// A session of this owner, under this key.
    Here(Key, Arc<Record>),
    /// It ended, or went on as somebody else's.
    Over,
    /// Nothing is known of the key.
    Nothing,
}

/// Looks for the session of this owner that the index has under this key. What is there is theirs, also where a migration
/// is about to write them in another form, or just did: a key is in the index of nobody else. One that was moved since goes
/// on where the tombstone says, and the owner's index had that key before; there it may have become somebody else's.
pub(super) async fn find(
    engine: &Engine,
    store: &dyn DynStore,
    owner: &str,
    key: &Key,
) -> Result<At, StoreError> {
    let mut at = *key;
    for _ in 0..MOVES {
        match engine.ask(store.load(&at)).await? {
            Found::Record(record) if is_grave(&record) => break,
            Found::Record(record) if at == *key || whose(record.meta()) == Some(owner) => {
                return Ok(At::Here(at, record));
            }
            // a rotation keeps the slot, which a store need not say
            Found::Tombstone { moved: Some(to), .. } => at = at.beside(*to.as_bytes()),
            Found::Nothing if at == *key => return Ok(At::Nothing),
            Found::Record(_) | Found::Tombstone { moved: None, .. } | Found::Nothing => break,
        }
    }
    Ok(At::Over)
}

impl Desk<'_> {
    /// What became of the session of this entry in the index of `owner`.
    pub(super) async fn fate(&self, engine: &Engine, owner: &str, entry: &Entry) -> Result<Fate, StoreError> {
        let now = engine.now();
        for key in entry.keys() {
            match self.rooms {
                Rooms::Store(store) => match find(engine, store, owner, key).await? {
                    At::Here(_, record) if now < record.meta().deadline() => {
                        return Ok(Fate::Alive(Some(record)));
                    }
                    At::Here(..) | At::Over | At::Nothing => {}
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

    /// Ends the session of this entry, under whichever of its keys it is or is about to be. A grace ends with it: the id from
    /// before leads to nothing then.
    pub(super) async fn end(&self, engine: &Engine, owner: &str, entry: &Entry) -> Result<(), StoreError> {
        for key in entry.keys() {
            match self.rooms {
                Rooms::Store(store) => end(engine, store, owner, key).await?,
                Rooms::Cookies(jar) => jar.end_until(engine, key, entry.expires(), engine.now()).await?,
            }
        }
        Ok(())
    }
}

/// Where a session is or may come to be, there is none any more and none to come.
async fn end(engine: &Engine, store: &dyn DynStore, owner: &str, key: &Key) -> Result<(), StoreError> {
    let at = match find(engine, store, owner, key).await? {
        At::Over => return Ok(()),
        At::Here(at, _) => at,
        At::Nothing if bury(engine, store, key).await? == Created::Created => return Ok(()),
        // it came at this moment
        At::Nothing => *key,
    };
    engine.ask(store.delete(&at, engine.now().after(TOMBSTONE))).await
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
        Found::Tombstone { .. } => true,
        Found::Nothing => false,
    })
}
