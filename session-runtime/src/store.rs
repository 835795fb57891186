//! Where records are kept: the contract that every store keeps, and the stores.

#[cfg(feature = "conformance")]
pub mod conformance;
pub(crate) mod cookie;
#[cfg(feature = "encrypted-cookie")]
mod encrypted;
mod erased;
#[cfg(unix)]
pub(crate) mod file;
pub mod kind;
mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;

#[cfg(feature = "redis")]
pub use self::redis::{RedisServer, RedisStore, RedisStoreBuilder};
#[cfg(feature = "encrypted-cookie")]
pub use cookie::EncryptedCookieStore;
pub use cookie::RevocationList;
#[cfg(feature = "signed-cookie")]
pub use cookie::SignedCookieStore;
pub(crate) use cookie::{Jar, Look, Miss, Stray};
#[cfg(feature = "encrypted-cookie")]
pub use encrypted::EncryptedStore;
pub(crate) use erased::DynStore;
#[cfg(unix)]
pub use file::{Durability, FileStore, FileStoreBuilder};
pub use kind::SessionStore;
pub use memory::{MemoryStore, MemoryStoreBuilder};

pub use crate::changes::{Changes, Refusal};
pub use crate::error::{Source, StoreError};
pub use crate::record::{Fields, Meta, OpId, Record, Renewal};
pub use crate::token::{Key, Slot};

use std::future::Future;
use std::sync::Arc;

use crate::clock::Timestamp;

/// A place for records, by [`Key`]. The feature `conformance` has a suite that proves one, and says how to write one.
///
/// Each operation is atomic **in the store**: one lock, one transaction, one script, never look and then write. There is
/// no operation that writes a record whether or not it exists, so a record that was deleted cannot come back by a late
/// write.
///
/// Time comes with the call; a store reads no clock of its own to decide whether a session is alive. The core does that
/// from the record's [`Meta`], so a store may keep a record longer than it lives, never shorter.
///
/// A deleted or rotated id leaves a *tombstone* until a given time: [`Found::Tombstone`] tells a request that still
/// presents the id that it is dead, rather than unknown, and where its record went. Whether the old id still reaches the
/// record there is the core's to decide, from the record's own [`Meta::renewed`].
pub trait Store: Send + Sync + 'static {
    /// Finds what is kept under `key`.
    ///
    /// # Errors
    /// When the store cannot answer.
    fn load(&self, key: &Key) -> impl Future<Output = Result<Found, StoreError>> + Send;

    /// Keeps a new record under `key`, unless there is something already, be it a tombstone.
    ///
    /// # Errors
    /// When the store cannot answer, or is full ([`StoreError::Full`]).
    fn create(
        &self,
        key: &Key,
        record: Arc<Record>,
    ) -> impl Future<Output = Result<Created, StoreError>> + Send;

    /// Replaces the record under `key` by what [`Changes::apply`] makes of it, if there is one. What it refuses becomes the
    /// answer, by `From`.
    ///
    /// # Errors
    /// When the store cannot answer.
    fn update(
        &self,
        key: &Key,
        changes: &Changes,
    ) -> impl Future<Output = Result<Updated, StoreError>> + Send;

    /// Moves the record under `old` to `new` with the changes applied, and leaves a tombstone under `old`.
    ///
    /// All of it or nothing: at no moment do both ids reach a record, or neither.
    ///
    /// # Errors
    /// When the store cannot answer.
    fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> impl Future<Output = Result<Rotated, StoreError>> + Send;

    /// Records activity: [`Meta::last_seen`] becomes `seen` if that is later.
    ///
    /// # Errors
    /// When the store cannot answer.
    fn touch(&self, key: &Key, seen: Timestamp) -> impl Future<Output = Result<Touched, StoreError>> + Send;

    /// Deletes the record under `key`, whatever it holds, and leaves a tombstone until `tombstone`. If the record was rotated
    /// away from there, it is deleted where it is now: a logout beats a login that came between. Nothing is left
    /// where there was no record, or a flood of made-up ids would fill the store (T5).
    ///
    /// # Errors
    /// When the store cannot answer; then the session may still exist, and the caller must say so.
    fn delete(&self, key: &Key, tombstone: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether records lie in several places, such as the nodes of a cluster, so that not any two of them can be changed in
    /// one step. Then ids carry a [`Slot`], and the old and the new key of a rotation have the same.
    fn is_sharded(&self) -> bool {
        false
    }

    /// Removes what is past its deadline at `now`, and says how many records and tombstones that were.
    ///
    /// # Errors
    /// When the store cannot answer.
    fn sweep(&self, now: Timestamp) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// What [`Store::load`] found.
#[derive(Clone, Debug)]
pub enum Found {
    /// A record; the core decides whether it is still alive.
    Record(Arc<Record>),
    /// The id was deleted or rotated away.
    Tombstone {
        /// It is remembered as dead until then.
        until: Timestamp,
        /// Where a rotation moved the record to; `None` of an id that was deleted. It need not say in which [`Slot`], as a
        /// rotation keeps that. A store that cannot say where answers `None`, too: then a renewal has no grace (S24).
        moved: Option<Key>,
    },
    /// Nothing.
    Nothing,
}

/// What [`Store::create`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// The record is kept.
    Created,
    /// There is something under that key; nothing was changed.
    Exists,
}

/// What [`Store::update`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// The changes are kept.
    Applied,
    /// [`Refusal::Conflict`]; nothing was changed. The core merges if it can, and asks again.
    Conflict,
    /// [`Refusal::TooLarge`]; nothing was changed.
    TooLarge {
        /// What the fields would take.
        bytes: usize,
    },
    /// There is no record; nothing was changed.
    Gone,
}

impl From<Refusal> for Updated {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Conflict => Self::Conflict,
            Refusal::TooLarge { bytes } => Self::TooLarge { bytes },
        }
    }
}

/// What [`Store::rotate`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The record is under the new key, the old one is dead.
    Rotated,
    /// [`Refusal::Conflict`]; nothing was changed. The core merges if it can, and asks again.
    Conflict,
    /// [`Refusal::TooLarge`]; nothing was changed.
    TooLarge {
        /// What the fields would take.
        bytes: usize,
    },
    /// There is no record under the old key; nothing was changed.
    Gone,
    /// There is something under the new key; nothing was changed.
    Exists,
}

impl From<Refusal> for Rotated {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Conflict => Self::Conflict,
            Refusal::TooLarge { bytes } => Self::TooLarge { bytes },
        }
    }
}

/// What [`Store::touch`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// The activity is recorded.
    Touched,
    /// There is no record.
    Gone,
}
