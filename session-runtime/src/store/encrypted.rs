//! Encryption at rest, around any store.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Mutex;

use super::{Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated};
use crate::changes::{FieldChange, Merge};
use crate::clock::Timestamp;
use crate::event;
use crate::keys::KeyRing;
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, MetaChange, OpId, Renewal};
use crate::seal::Vault;
use crate::token::OsEntropy;

/// The one field of a record as the inner store sees it.
const SEALED: &str = "sealed";

/// How often a write meets another one, of another process, before it is left to the core. Each of those succeeded.
const TRIES: usize = 64;

/// Writers of one process that change the same session wait for each other here rather than trying again and again.
const LOCKS: usize = 64;

/// Encrypts what another store keeps, so that whoever can read or write that store can neither read nor change a session
/// (S61, ASVS 11.3.1; T18).
///
/// A record becomes one field: every field, the owner and all times, under XChaCha20-Poly1305 and bound to the record's own
/// key, so that two records cannot be swapped. What the inner store must know stays readable: the deadlines and the last
/// activity, to sweep by, a keyed fingerprint in the place of the owner, and the name of the last write. Of these only the last
/// activity and that name are taken from there. Whoever can write the store can keep a session from being idle, up to its
/// sealed absolute deadline, and remove it, and put back an older state of it, also of one that has ended since. Whoever can
/// read it sees when sessions are used, which of them have one owner, and how long they are in steps of 64 bytes.
///
/// All stores under one ring are one to it: a record that is moved to another of them opens under the same key there. Give each
/// application keys of its own.
///
/// A write costs one load more than on the inner store, as the inner store cannot merge what it cannot read: this compares
/// the sealed record, and tries again when another process was first. Merge policies hold as they do without encryption.
///
/// What does not open is as good as absent, with a warning in the log. So a key that is taken off the ring ends the sessions
/// that were last written under it.
///
/// ```
/// use session_runtime::store::EncryptedStore;
/// use session_runtime::{KeyRing, MemoryStore, SecretKey, Sessions, session};
///
/// #[session]
/// struct Shop {
///     visits: u32,
/// }
///
/// let keys = KeyRing::new(SecretKey::generate()?); // in production: from a file or the environment
/// let sessions = Sessions::<Shop>::new(EncryptedStore::new(MemoryStore::new(), &keys))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EncryptedStore<S> {
    inner: S,
    vault: Vault,
    writing: [Mutex<()>; LOCKS],
}

impl<S: Store> EncryptedStore<S> {
    /// Encrypts what `inner` keeps, under keys that are derived from `keys` for this alone.
    pub fn new(inner: S, keys: &KeyRing) -> Self {
        let vault = Vault::new(keys, "store", Arc::new(OsEntropy));
        Self { inner, vault, writing: [const { Mutex::const_new(()) }; LOCKS] }
    }

    /// The record behind the inner store's; `None` if it does not open.
    fn open(&self, key: &Key, kept: &Record) -> Option<Record> {
        let record = kept.fields().get(SEALED).and_then(|json| {
            let text = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
            self.vault.open(key, &STANDARD_NO_PAD.decode(text).ok()?)
        });
        let Some(record) = record else {
            event::foreign_record("it is not sealed under a key of the ring, or was moved to another key");
            return None;
        };
        let mut meta = record.meta().clone();
        meta.last_seen = meta.last_seen.max(kept.meta().last_seen);
        meta.last_op = kept.meta().last_op;
        Some(record.with_meta(meta))
    }

    /// What stands in the one field.
    fn sealed(&self, key: &Key, record: &Record) -> Result<String, StoreError> {
        let sealed = self.vault.seal(key, record).map_err(|_| StoreError::unavailable(NO_RANDOM_BITS))?;
        Ok(format!("\"{}\"", STANDARD_NO_PAD.encode(sealed)))
    }

    /// The metadata that the inner store may know.
    fn shown(&self, meta: &Meta) -> Meta {
        Meta { owner: self.shown_owner(meta), renewed: None, schema: 0, ..meta.clone() }
    }

    fn shown_owner(&self, meta: &Meta) -> Option<Box<str>> {
        let owner = meta.owner.as_ref()?;
        let name = STANDARD_NO_PAD.encode(self.vault.fingerprint(owner.as_bytes()));
        Some(format!("\"{name}\"").into())
    }

    /// The change of the inner store's record `kept` that makes it hold `next` under `key`, unless another writer was first.
    fn replacing(
        &self,
        kept: Arc<Record>,
        key: &Key,
        next: &Record,
        changes: &Changes,
    ) -> Result<Changes, StoreError> {
        let sealed = self.sealed(key, next)?;
        let mut values = Builder::default();
        let value = values.write(SEALED.as_bytes(), |out| out.extend_from_slice(sealed.as_bytes()));
        let meta = next.meta();
        Ok(Changes {
            op: changes.op,
            base: Some(kept),
            fields: vec![FieldChange { key: SEALED.into(), value: Some(value), merge: Merge::Reject }],
            values,
            wipe: None,
            exact: false,
            meta: MetaChange {
                authenticated: Some(meta.authenticated),
                last_seen: Some(meta.last_seen),
                idle: Some(meta.idle),
                expires: Some(meta.expires),
                remembered: Some(meta.remembered),
                owner: Some(self.shown_owner(meta)),
                issued: changes.meta.issued,
                renewed: shown_renewal(changes),
                schema: None,
            },
            // the limit is of what is sealed, and was kept
            max_bytes: usize::MAX,
            decoded: None,
        })
    }

    /// Puts a new record in the place of one that does not open: that is as good as none, and must not keep the key of an
    /// owner's index occupied for as long as it lasts.
    async fn supersede(&self, key: &Key, record: &Record) -> Result<Created, StoreError> {
        let Found::Record(kept) = self.inner.load(key).await? else { return Ok(Created::Exists) };
        if self.open(key, &kept).is_some() {
            return Ok(Created::Exists);
        }
        let made_by = OpId::next();
        let anew = Changes {
            op: made_by,
            base: Some(Arc::clone(&kept)),
            fields: Vec::new(),
            values: Builder::default(),
            wipe: None,
            exact: false,
            meta: MetaChange::default(),
            max_bytes: usize::MAX,
            decoded: None,
        };
        let mut replacing = self.replacing(kept, key, record, &anew)?;
        // whatever else is there is not ours
        replacing.wipe = Some(Arc::from([Cow::Borrowed(SEALED)]));
        Ok(match self.inner.update(key, &replacing).await? {
            Updated::Applied => Created::Created,
            Updated::Conflict | Updated::Gone | Updated::TooLarge { .. } => Created::Exists,
        })
    }

    async fn turn(&self, key: &Key) -> tokio::sync::MutexGuard<'_, ()> {
        self.writing[usize::from(key.as_bytes()[0]) % LOCKS].lock().await
    }

    /// The inner store's record and what it holds.
    async fn found(&self, key: &Key) -> Result<Option<(Arc<Record>, Record)>, StoreError> {
        let Found::Record(kept) = self.inner.load(key).await? else { return Ok(None) };
        let record = self.open(key, &kept);
        Ok(record.map(|record| (kept, record)))
    }
}

/// That it is a renewal, for which a store may refuse what a rotation is granted. By which bits is sealed: who writes the
/// store must not choose which id reaches the session.
#[allow(clippy::option_option, reason = "a part of a change: the outer one leaves what is there")]
fn shown_renewal(changes: &Changes) -> Option<Option<Box<Renewal>>> {
    let renewed = changes.meta.renewed.as_ref()?;
    Some(renewed.as_deref().map(|renewal| Box::new(Renewal { nonce: [0; 32], ..renewal.clone() })))
}

const NO_RANDOM_BITS: &str = "the operating system gave no random bits to encrypt with";

impl<S: Store> Store for EncryptedStore<S> {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(match self.inner.load(key).await? {
            Found::Record(kept) => {
                self.open(key, &kept).map_or(Found::Nothing, |record| Found::Record(Arc::new(record)))
            }
            other => other,
        })
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let fields = Fields::from_iter([(SEALED, self.sealed(key, &record)?)]);
        let sealed = Record::new(self.shown(record.meta()), fields);
        match self.inner.create(key, Arc::new(sealed)).await? {
            Created::Exists => self.supersede(key, &record).await,
            Created::Created => Ok(Created::Created),
        }
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let _turn = self.turn(key).await;
        for _ in 0..TRIES {
            let Some((kept, record)) = self.found(key).await? else { return Ok(Updated::Gone) };
            let next = match changes.apply(&record) {
                Ok(next) => next,
                Err(refusal) => return Ok(refusal.into()),
            };
            let replacing = self.replacing(kept, key, &next, changes)?;
            match self.inner.update(key, &replacing).await? {
                Updated::Conflict => {}
                done => return Ok(done),
            }
        }
        Ok(Updated::Conflict)
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let _turn = self.turn(old).await;
        for _ in 0..TRIES {
            let Some((kept, record)) = self.found(old).await? else { return Ok(Rotated::Gone) };
            let next = match changes.apply(&record) {
                Ok(next) => next,
                Err(refusal) => return Ok(refusal.into()),
            };
            let replacing = self.replacing(kept, new, &next, changes)?;
            match self.inner.rotate(old, new, &replacing, tombstone).await? {
                Rotated::Conflict => {}
                done => return Ok(done),
            }
        }
        Ok(Rotated::Conflict)
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.inner.touch(key, seen).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.inner.delete(key, tombstone).await
    }

    fn is_sharded(&self) -> bool {
        self.inner.is_sharded()
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.inner.sweep(now).await
    }
}

impl<S: fmt::Debug> fmt::Debug for EncryptedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedStore").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "conformance")]
mod tests;
