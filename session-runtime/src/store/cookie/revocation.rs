//! What has ended, for sessions that the server does not keep.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::cookie::rules::MAX_LIFETIME_SECONDS;
use crate::engine::Engine;
use crate::error::StoreError;
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, MetaChange, OpId, Record, Renewal};
use crate::store::{Created, DynStore, Found, Store, Updated};
use crate::token::{Key, Purpose};

/// The longest that a session can live (S42).
const LONGEST: Duration = Duration::from_secs(MAX_LIFETIME_SECONDS);

/// The sessions in cookies that have ended before their deadline, kept in any store on the server (S14, T10).
///
/// An entry says that a session has ended, and goes when the session's cookie would be refused anyway; or that an owner's
/// sessions from before a moment have ended. It is a hash of the session's id, or of the owner.
///
/// What makes an entry is a logout, and a change of id: so does a login, of a browser that had a session before. A request
/// costs one look, two if the session has an owner, and as many again before it answers with a cookie.
///
/// * A store that is full refuses a new entry, and the logout or login fails loudly; an entry is never dropped for want of
///   room. Visitors who are not logged in can make entries, too: limit how often, and give the list room.
/// * A store that does not answer fails the request with 503: a session whose end nobody can rule out is not used.
/// * In a [`MemoryStore`](crate::MemoryStore), what has ended is forgotten when the process ends, and other processes do not
///   know of it: a copy of a cookie is good again until its deadline.
/// * In an `EncryptedStore`, an entry under a key that was taken off the ring is forgotten
///   as well.
///
/// Cloning is cheap; clones share everything. Several session types and applications may share a list.
#[derive(Clone)]
pub struct RevocationList {
    store: Arc<dyn DynStore>,
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RevocationList(..)")
    }
}

/// What became of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing is known of an end.
    Alive,
    /// It ended then, or was `rotated`: it has another id, and the old one reaches nothing.
    Ended { at: Timestamp, rotated: bool },
    /// It got another id then, by a renewal.
    Renewed(Timestamp, Renewal),
}

impl RevocationList {
    /// A list that is kept in `store`.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store) }
    }

    /// Where the list is, and beside it the index of each owner.
    pub(crate) fn store(&self) -> &dyn DynStore {
        &*self.store
    }

    /// What is known of the session of this key and record.
    pub(super) async fn fate(
        &self,
        engine: &Engine,
        owners: &Purpose,
        key: &Key,
        record: &Record,
    ) -> Result<Fate, StoreError> {
        let meta = record.meta();
        let since = meta.owner.as_deref().map(|owner| (owner, meta.authenticated.unwrap_or(meta.created)));
        self.fate_of(engine, owners, key, since).await
    }

    /// What is known of the session of this key, which has this owner since then.
    pub(super) async fn fate_of(
        &self,
        engine: &Engine,
        owners: &Purpose,
        key: &Key,
        of: Option<(&str, Timestamp)>,
    ) -> Result<Fate, StoreError> {
        if let Found::Record(entry) = engine.ask(self.store.load(&session(key))).await? {
            let at = entry.meta().created;
            let renewal = entry.fields().get(RENEWAL).and_then(read_renewal);
            let rotated = entry.fields().get(SUCCESSOR).is_some();
            return Ok(renewal.map_or(Fate::Ended { at, rotated }, |renewal| Fate::Renewed(at, renewal)));
        }
        let Some((owner, since)) = of else { return Ok(Fate::Alive) };
        match engine.ask(self.store.load(&Key::of_owner(owners, owner))).await? {
            // one of the same millisecond may be older: it fails closed
            Found::Record(entry) if since <= entry.meta().last_seen => {
                Ok(Fate::Ended { at: entry.meta().last_seen, rotated: false })
            }
            _ => Ok(Fate::Alive),
        }
    }

    /// Ends the session of this key, which goes on as `successor` if there is one, and remembers that until then. By a
    /// `renewal`, its old id reaches the session for a while. `false` if it had ended already: of many that end it at once,
    /// exactly one is told that it did.
    pub(super) async fn end(
        &self,
        engine: &Engine,
        key: &Key,
        successor: Option<(&Key, Option<&Renewal>)>,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let next = successor.map(|(key, _)| (SUCCESSOR, format!("\"{}\"", key.to_hex())));
        let renewal = successor.and_then(|(_, renewal)| renewal);
        let renewal = renewal.map(|renewal| (RENEWAL, format!("\"{}\"", renewal.to_text())));
        let fields = next.into_iter().chain(renewal).collect();
        let created = engine.ask(self.store.create(&session(key), entry(now, until, fields))).await?;
        Ok(created == Created::Created)
    }

    /// Ends the session of this key, wherever it went: a logout beats the rotations that came before it.
    pub(super) async fn end_wherever(
        &self,
        engine: &Engine,
        key: &Key,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut key, mut again) = (*key, true);
        while !self.end(engine, &key, None, now, until).await? {
            match engine.ask(self.store.load(&session(&key))).await? {
                Found::Record(entry) => match entry.fields().get(SUCCESSOR).and_then(read_key) {
                    Some(successor) => key = successor,
                    None => return Ok(()),
                },
                // it was swept between the two calls
                _ if again => again = false,
                // the session would go on, so nobody must be told that it ended
                _ => return Err(StoreError::unavailable(OCCUPIED)),
            }
        }
        Ok(())
    }

    /// Ends every session of this owner that began before now.
    pub(super) async fn end_all_of(
        &self,
        engine: &Engine,
        owners: &Purpose,
        owner: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::of_owner(owners, owner);
        // an entry is looked at for as long as a session from before it may live, and a later end makes it last longer;
        // twice that is more than enough, whatever the order in which two ends arrive
        let until = now.after(LONGEST * 2);
        for _ in 0..2 {
            if engine.ask(self.store.create(&key, entry(now, until, Fields::default()))).await?
                == Created::Created
            {
                return Ok(());
            }
            // activity never moves back, so of two moments the later one stands
            let changes = Changes {
                op: OpId::next(),
                base: None,
                fields: Vec::new(),
                values: Builder::default(),
                wipe: None,
                exact: false,
                meta: MetaChange { last_seen: Some(now), expires: Some(until), ..MetaChange::default() },
                max_bytes: usize::MAX,
                decoded: None,
            };
            if engine.ask(self.store.update(&key, &changes)).await? == Updated::Applied {
                return Ok(());
            }
        }
        Err(StoreError::unavailable(OCCUPIED))
    }

    pub(super) async fn sweep(&self, engine: &Engine) -> Result<usize, StoreError> {
        engine.ask(self.store.sweep(engine.now())).await
    }
}

const OCCUPIED: &str = "the list of ended sessions holds something else under its key";

fn session(key: &Key) -> Key {
    key.derived(b"ended session")
}

/// In the entry of a session that was rotated: where it went.
const SUCCESSOR: &str = "successor";

/// Beside it, if that was a renewal: [`Renewal::to_text`].
const RENEWAL: &str = "renewal";

fn read_renewal(json: &[u8]) -> Option<Renewal> {
    Renewal::from_text(std::str::from_utf8(json).ok()?.strip_prefix('"')?.strip_suffix('"')?)
}

fn read_key(json: &[u8]) -> Option<Key> {
    Key::from_hex(std::str::from_utf8(json).ok()?.strip_prefix('"')?.strip_suffix('"')?)
}

/// With an owner, so that no store drops it for want of room.
fn entry(now: Timestamp, until: Timestamp, fields: Fields) -> Arc<Record> {
    let mut meta = Meta::new(now, until.since(now), until);
    meta.owner = Some("\"ended\"".into());
    Arc::new(Record::new(meta, fields))
}
