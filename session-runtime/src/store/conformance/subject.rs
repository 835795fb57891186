//! The store under test, with what the suite must know about it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::store::{Changes, Created, Fields, Found, Key, Record, Rotated, Store, Touched, Updated};

/// How often a commit is tried that meets a conflict each time. Each of them is a write of another task that was done, and no
/// behaviour has as many.
const TRIES: usize = 1000;

type Dump = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

// each is one promise, and any may be missing
#[allow(clippy::struct_excessive_bools)]
/// A store under test: empty, and used by one test alone.
///
/// Its methods are those of the store, and panic when it does not answer.
pub struct Subject<S> {
    store: S,
    dump: Option<Dump>,
    sweeps_itself: bool,
    /// Bytes that a record may take.
    up_to: usize,
    merges: bool,
    tombstones: bool,
    endless: bool,
    forwards: bool,
    held: Vec<Box<dyn Any + Send + Sync>>,
}

impl<S: Store> Subject<S> {
    /// `store`, which keeps the whole contract.
    pub fn new(store: S) -> Self {
        Self {
            store,
            dump: None,
            sweeps_itself: false,
            up_to: usize::MAX,
            merges: true,
            tombstones: true,
            endless: true,
            forwards: true,
            held: Vec::new(),
        }
    }

    /// Offers every byte that the store keeps, so that the suite can look for ids among them (S10).
    #[must_use]
    pub fn with_dump(mut self, dump: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        self.dump = Some(Box::new(dump));
        self
    }

    /// What is over is removed by the store's server at a time of its own: [`Store::sweep`] may find nothing to do.
    #[must_use]
    pub fn sweeps_itself(mut self) -> Self {
        self.sweeps_itself = true;
        self
    }

    /// No record is larger than this, as [`Fields::size`](crate::store::Fields::size) counts: the store has no room for more.
    /// Behaviours make do with smaller records.
    #[must_use]
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.up_to = bytes;
        self
    }

    /// A writer replaces the record by what it loaded and changed: what others wrote meanwhile is lost. A store that is
    /// handed the whole record by each request can do no more. Behaviours of concurrent changes are passed over.
    #[must_use]
    pub fn without_merging(mut self) -> Self {
        self.merges = false;
        self
    }

    /// What is deleted or rotated away is unknown rather than dead: nothing is left under its key, and a deletion does not
    /// follow the rotations before it. That nothing is brought back holds all the same.
    #[must_use]
    pub fn without_tombstones(mut self) -> Self {
        self.tombstones = false;
        self
    }

    /// A record whose deadline is later than any session's may be is as good as none. Where the deadline comes back from a
    /// client, that is the safe thing to do.
    #[must_use]
    pub fn without_endless_records(mut self) -> Self {
        self.endless = false;
        self
    }

    /// A tombstone does not say where a rotation moved the record to. Then a renewal of an id has no grace.
    #[must_use]
    pub fn without_forwarding(mut self) -> Self {
        self.forwards = false;
        self
    }

    /// Holds something for as long as the test runs: a temporary folder, a server.
    #[must_use]
    pub fn holding(mut self, held: impl Any + Send + Sync) -> Self {
        self.held.push(Box::new(held));
        self
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    pub(super) fn dumped(&self) -> Option<Vec<u8>> {
        self.dump.as_ref().map(|dump| dump())
    }

    pub(super) fn is_swept_by_calls(&self) -> bool {
        promised(!self.sweeps_itself, "to remove what is over when `sweep` is called")
    }

    pub(super) fn merges(&self) -> bool {
        promised(self.merges, "to merge what several requests change at once")
    }

    pub(super) fn has_tombstones(&self) -> bool {
        promised(self.tombstones, "to tell a dead id from an unknown one")
    }

    pub(super) fn keeps_endless_records(&self) -> bool {
        promised(self.endless, "to keep records that never end")
    }

    pub(super) fn forwards(&self) -> bool {
        self.has_tombstones() && promised(self.forwards, "to say where a rotation moved a record to")
    }

    /// How many bytes a record may take, of those that a behaviour would like.
    pub(super) fn room(&self, wanted: usize) -> usize {
        promised(wanted <= self.up_to, "to keep records of that size");
        wanted.min(self.up_to)
    }

    /// Whether there is room for a record of these fields.
    pub(super) fn has_room(&self, fields: &Fields) -> bool {
        promised(fields.size() <= self.up_to, "to keep records of that size")
    }

    /// [`Store::load`].
    pub async fn load(&self, key: &Key) -> Found {
        self.store.load(key).await.expect("`load` answers")
    }

    /// [`Store::create`].
    pub async fn create(&self, key: &Key, record: &Arc<Record>) -> Created {
        self.store.create(key, Arc::clone(record)).await.expect("`create` answers")
    }

    /// [`Store::update`].
    pub async fn update(&self, key: &Key, changes: &Changes) -> Updated {
        self.store.update(key, changes).await.expect("`update` answers")
    }

    /// [`Store::rotate`].
    pub async fn rotate(&self, old: &Key, new: &Key, changes: &Changes, tombstone: Timestamp) -> Rotated {
        self.store.rotate(old, new, changes, tombstone).await.expect("`rotate` answers")
    }

    /// [`Store::update`] as the core does it: if the store leaves merging to the core, the record is loaded anew, each field
    /// merged by its policy, and the outcome given to the store. [`Updated::Conflict`] if a policy refuses.
    pub async fn commit(&self, key: &Key, changes: &Changes) -> Updated {
        let mut answer = self.update(key, changes).await;
        for _ in 1..TRIES {
            if answer != Updated::Conflict {
                return answer;
            }
            match self.merged(key, changes).await {
                Some(merged) => answer = self.update(key, &merged).await,
                None => return answer,
            }
        }
        panic!("a conflict each time, though nobody else writes any more")
    }

    /// [`Store::rotate`] as the core does it, like [`commit`](Self::commit).
    pub async fn commit_rotation(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Rotated {
        let mut answer = self.rotate(old, new, changes, tombstone).await;
        for _ in 1..TRIES {
            if answer != Rotated::Conflict {
                return answer;
            }
            match self.merged(old, changes).await {
                Some(merged) => answer = self.rotate(old, new, &merged, tombstone).await,
                None => return answer,
            }
        }
        panic!("a conflict each time, though nobody else writes any more")
    }

    /// The changes onto the record as it is now; `None` if that is for nobody to merge. If the record is gone meanwhile, the
    /// store says so when it is asked again.
    async fn merged(&self, key: &Key, changes: &Changes) -> Option<Changes> {
        match self.load(key).await {
            Found::Record(record)
                if changes.can_merge() || changes.is_of_an_earlier_version_than(&record) =>
            {
                changes.onto(&record).ok()
            }
            Found::Record(_) => None,
            Found::Tombstone { .. } | Found::Nothing => Some(changes.clone()),
        }
    }

    /// [`Store::touch`].
    pub async fn touch(&self, key: &Key, seen: Timestamp) -> Touched {
        self.store.touch(key, seen).await.expect("`touch` answers")
    }

    /// [`Store::delete`].
    pub async fn delete(&self, key: &Key, tombstone: Timestamp) {
        self.store.delete(key, tombstone).await.expect("`delete` answers");
    }

    /// [`Store::sweep`].
    pub async fn sweep(&self, now: Timestamp) -> usize {
        self.store.sweep(now).await.expect("`sweep` answers")
    }

    /// Creates the record, where nothing is yet, and returns it.
    pub async fn created(&self, key: &Key, record: Arc<Record>) -> Arc<Record> {
        assert_eq!(self.create(key, &record).await, Created::Created);
        record
    }

    /// The record under `key`, which must be there.
    pub async fn record(&self, key: &Key) -> Arc<Record> {
        match self.load(key).await {
            Found::Record(record) => record,
            other => panic!("a record was expected, not {other:?}"),
        }
    }

    /// Whether there is a record under `key`.
    pub async fn is_live(&self, key: &Key) -> bool {
        matches!(self.load(key).await, Found::Record(_))
    }

    /// Fails unless the id behind `key` is dead, and remembered as such until then if the store promises that.
    pub async fn expect_dead(&self, key: &Key, until: Timestamp) {
        match self.load(key).await {
            Found::Tombstone { until: found, .. } => {
                assert_eq!(found, until, "it stands for as long as was said");
            }
            Found::Nothing if !self.tombstones => {}
            other => panic!("a dead id was expected, not {other:?}"),
        }
    }

    /// Where the record of the dead id behind `key` went, as far as the store says.
    pub async fn forwarded(&self, key: &Key) -> Option<Key> {
        match self.load(key).await {
            Found::Tombstone { moved, .. } => moved,
            other => panic!("a dead id was expected, not {other:?}"),
        }
    }

    /// Whether there is nothing under `key`, not even a tombstone.
    pub async fn is_free(&self, key: &Key) -> bool {
        matches!(self.load(key).await, Found::Nothing)
    }

    /// Until when `key` is remembered as dead, if it is.
    pub async fn tombstone(&self, key: &Key) -> Option<Timestamp> {
        match self.load(key).await {
            Found::Tombstone { until, .. } => Some(until),
            Found::Record(_) | Found::Nothing => None,
        }
    }
}

/// What the store does not promise is passed over, and the test's output says so.
fn promised(promised: bool, what: &str) -> bool {
    if !promised {
        println!("passed over: this store does not promise {what}");
    }
    promised
}

impl<S> fmt::Debug for Subject<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("sweeps_itself", &self.sweeps_itself)
            .field("up_to", &self.up_to)
            .field("merges", &self.merges)
            .field("tombstones", &self.tombstones)
            .field("endless", &self.endless)
            .field("forwards", &self.forwards)
            .finish_non_exhaustive()
    }
}
