//! The suite on both cookie stores, as far as it applies: a browser stands in for the store, and presents what it was sent.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::jar::{Jar, Look, Miss};
use super::{EncryptedCookieStore, RevocationList, SignedCookieStore};
use crate::clock::Timestamp;
use crate::commit::apply::Live;
use crate::engine::Engine;
use crate::keys::{KeyRing, SecretKey};
use crate::record::Record;
use crate::store::conformance::kit::at;
use crate::store::conformance::{Subject, tests};
use crate::store::{Changes, Created, Found, Key, OpId, Rotated, Store, StoreError, Touched, Updated};
use crate::token::Token;
use crate::{MemoryStore, Sessions, session};

#[session(crate = crate)]
struct Shop {
    note: String,
}

/// What fits into a cookie of 4096 bytes, with room for its name and attributes.
const ROOM: usize = 2300;

/// A browser for each key: it has one cookie, and the newest one that it was sent.
struct Browsers {
    engine: Arc<Engine>,
    cookies: Mutex<BTreeMap<Key, Cookie>>,
}

#[derive(Clone)]
struct Cookie {
    text: String,
    /// The name of the last write, which no cookie carries: it is for stores whose answer can be lost.
    last_op: OpId,
}

impl Browsers {
    fn of(sessions: &Sessions<Shop>) -> Self {
        Self { engine: Arc::clone(&sessions.cell().engine), cookies: Mutex::default() }
    }

    fn jar(&self) -> &Jar {
        self.engine.place.jar().expect("sessions in cookies")
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<Key, Cookie>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has(&self, key: &Key) -> bool {
        self.cookies().contains_key(key)
    }

    fn cookie(&self, token: &Token, record: &Record) -> Cookie {
        let text = self.jar().seal(token, record).expect("random bits");
        assert!(text.len() < 4096, "{} bytes", text.len());
        Cookie { text, last_op: record.meta().last_op }
    }

    fn send(&self, key: &Key, token: &Token, record: &Record) {
        let cookie = self.cookie(token, record);
        self.cookies().insert(*key, cookie);
    }

    async fn look(&self, key: &Key) -> Result<Look, StoreError> {
        let cookie = self.cookies().get(key).cloned();
        let Some(Cookie { text, last_op }) = cookie else { return Ok(Look::Nothing(Miss::Unknown, None)) };
        let look = self.jar().look(&self.engine, text.as_bytes(), at(0)).await?;
        Ok(match look {
            Look::Live(live) => {
                let mut meta = live.record.meta().clone();
                meta.last_op = last_op;
                Look::Live(Live { record: Arc::new(live.record.with_meta(meta)), ..live })
            }
            other => other,
        })
    }

    async fn live(&self, key: &Key) -> Result<Option<Live>, StoreError> {
        Ok(if let Look::Live(live) = self.look(key).await? { Some(live) } else { None })
    }
}

/// As `commit::sealed` does it.
impl Store for Browsers {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(match self.look(key).await? {
            Look::Live(live) => Found::Record(live.record),
            Look::Dead { .. } | Look::Nothing(..) => Found::Nothing,
        })
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let token = Token::random(&*self.engine.entropy, None).expect("random bits");
        let cookie = self.cookie(&token, &record);
        Ok(match self.cookies().entry(*key) {
            Entry::Occupied(_) => Created::Exists,
            Entry::Vacant(free) => {
                free.insert(cookie);
                Created::Created
            }
        })
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let Some(live) = self.live(key).await? else { return Ok(Updated::Gone) };
        match changes.apply(changes.base.as_ref().unwrap_or(&live.record)) {
            Ok(next) => self.send(key, &live.token, &next),
            Err(refusal) => return Ok(refusal.into()),
        }
        Ok(Updated::Applied)
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        _: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let Some(live) = self.live(old).await? else { return Ok(Rotated::Gone) };
        if self.has(new) {
            return Ok(Rotated::Exists);
        }
        let next = match changes.apply(changes.base.as_ref().unwrap_or(&live.record)) {
            Ok(next) => next,
            Err(refusal) => return Ok(refusal.into()),
        };
        let token = Token::random(&*self.engine.entropy, None).expect("random bits");
        let next_key = token.key(&self.engine.purpose);
        if !self.jar().rotate(&self.engine, &live, &next_key, None, at(0)).await? {
            return Ok(Rotated::Gone);
        }
        self.send(new, &token, &next);
        Ok(Rotated::Rotated)
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        let Some(live) = self.live(key).await? else { return Ok(Touched::Gone) };
        let mut meta = live.record.meta().clone();
        meta.last_seen = meta.last_seen.max(seen);
        self.send(key, &live.token, &live.record.with_meta(meta));
        Ok(Touched::Touched)
    }

    async fn delete(&self, key: &Key, _: Timestamp) -> Result<(), StoreError> {
        if let Some(live) = self.live(key).await? {
            self.jar().end(&self.engine, &live.key, Some(&live.record), at(0)).await?;
        }
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.engine.ask(self.jar().ended().expect("a list").store().sweep(now)).await
    }
}

fn subject(sessions: &Sessions<Shop>) -> Subject<Browsers> {
    Subject::new(Browsers::of(sessions))
        .up_to(ROOM)
        .without_merging()
        .without_tombstones()
        .without_endless_records()
        .sweeps_itself()
}

fn keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().expect("random bits"))
}

fn list() -> RevocationList {
    RevocationList::new(MemoryStore::new())
}

mod signed {
    use super::*;

    tests!(async || subject(
        &Sessions::new(SignedCookieStore::new(keys(), list())).expect("a policy that holds")
    ));
}

mod encrypted {
    use super::*;

    tests!(async || subject(
        &Sessions::new(EncryptedCookieStore::new(keys(), list())).expect("a policy that holds")
    ));
}
