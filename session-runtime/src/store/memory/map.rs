//! The shards together: which one a key is in, what needs two at once, and what happens when there is no room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shard::{Entry, Shard, Victim};
use super::usage::{Size, Usage};
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::record::{Meta, Record};
use crate::store::{Created, Found, Rotated, Touched, Updated};
use crate::token::Key;

/// Entries that one lock and one sweep are good for.
const ENTRIES_PER_SHARD: usize = 4096;

/// More locks than this spread no load any further.
const MOST_SHARDS: usize = 256;

/// How many rotations a deletion follows. Within the life of a tombstone nobody logs in that often.
const ROTATIONS_FOLLOWED: usize = 64;

/// There is no room for an entry of this size.
struct NoRoom(Size);

/// Every entry of a store. No lock is held across an await: nothing in here is async.
pub(super) struct Map {
    /// Their number is a power of two.
    shards: Box<[Mutex<Shard>]>,
    usage: Usage,
}

impl Map {
    pub(super) fn up_to(limit: Size) -> Self {
        let shards = (limit.entries / ENTRIES_PER_SHARD).clamp(1, MOST_SHARDS).next_power_of_two();
        Self { shards: (0..shards).map(|_| Mutex::default()).collect(), usage: Usage::up_to(limit) }
    }

    pub(super) fn limit(&self) -> Size {
        self.usage.limit()
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        (0..self.shards.len()).map(|index| self.lock(index).records()).sum()
    }

    pub(super) fn load(&self, key: &Key) -> Found {
        match self.shard(key).get(key) {
            Some(Entry::Live { record, .. }) => Found::Record(Arc::clone(record)),
            Some(Entry::Tombstone { until, successor, .. }) => {
                Found::Tombstone { until: *until, moved: successor.as_deref().copied() }
            }
            None => Found::Nothing,
        }
    }

    pub(super) fn create(&self, key: &Key, record: &Arc<Record>) -> Result<Created, StoreError> {
        let now = record.meta().created;
        let size = Size::of(record);
        self.tend(key, Some(now));
        self.with_room(key, Some(now), || {
            let mut shard = self.shard(key);
            let old = match shard.get(key) {
                None => Size::NOTHING,
                Some(Entry::Tombstone { until, .. }) if *until <= now => Size::TOMBSTONE,
                Some(_) => return Ok(Created::Exists),
            };
            if !self.usage.exchange(old, size) {
                return Err(NoRoom(size));
            }
            drop(shard.put_record(*key, Arc::clone(record)));
            Ok(Created::Created)
        })
    }

    pub(super) fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let now = changes.meta.last_seen;
        self.tend(key, now);
        let mut replaced = None;
        self.with_room(key, now, || {
            let mut shard = self.shard(key);
            let Some(record) = shard.record(key) else { return Ok(Updated::Gone) };
            let next = match changes.apply(record) {
                Ok(next) => next,
                Err(refusal) => return Ok(refusal.into()),
            };
            let (old, new) = (Size::of(record), Size::of(&next));
            if !self.usage.exchange(old, new) {
                return Err(NoRoom(new));
            }
            replaced = shard.put_record(*key, Arc::new(next));
            Ok(Updated::Applied)
        })
    }

    pub(super) fn rotate(
        &self,
        old_key: &Key,
        new_key: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let now = changes.meta.last_seen;
        self.tend(new_key, now);
        let mut replaced = None;
        let moved = self.with_room(old_key, now, || {
            self.move_record(old_key, new_key, changes, Some(tombstone), &mut replaced)
        });
        match moved {
            // giving up a privilege must not wait for room: then the old id is unknown rather than dead. A renewal can wait
            Err(StoreError::Full) if !matches!(changes.meta.renewed, Some(Some(_))) => self
                .move_record(old_key, new_key, changes, None, &mut replaced)
                .map_err(|NoRoom(_)| StoreError::Full),
            moved => moved,
        }
    }

    fn move_record(
        &self,
        old_key: &Key,
        new_key: &Key,
        changes: &Changes,
        tombstone: Option<Timestamp>,
        replaced: &mut Option<Entry>,
    ) -> Result<Rotated, NoRoom> {
        let mut shards = self.lock_both(old_key, new_key);
        let Some(record) = shards.of_old().record(old_key).map(Arc::clone) else { return Ok(Rotated::Gone) };
        if shards.of_new().get(new_key).is_some() {
            return Ok(Rotated::Exists);
        }
        let next = match changes.apply(&record) {
            Ok(next) => next,
            Err(refusal) => return Ok(refusal.into()),
        };
        let left = if tombstone.is_some() { Size::TOMBSTONE } else { Size::NOTHING };
        let new = [Size::of(&next), left].into_iter().sum();
        if !self.usage.exchange(Size::of(&record), new) {
            return Err(NoRoom(new));
        }
        drop(shards.of_new().put_record(*new_key, Arc::new(next)));
        *replaced = match tombstone {
            Some(until) => shards.of_old().put_tombstone(*old_key, until, Some(*new_key)),
            None => shards.of_old().take(old_key),
        };
        Ok(Rotated::Rotated)
    }

    pub(super) fn touch(&self, key: &Key, seen: Timestamp) -> Touched {
        self.tend(key, Some(seen));
        let _replaced;
        let mut shard = self.shard(key);
        let Some(record) = shard.record(key) else { return Touched::Gone };
        if record.meta().last_seen < seen {
            let meta = Meta { last_seen: seen, ..record.meta().clone() };
            let touched = record.with_meta(meta);
            _replaced = shard.put_record(*key, Arc::new(touched));
        }
        Touched::Touched
    }

    /// Never fails for want of room: a tombstone is smaller than the record that it replaces.
    pub(super) fn delete(&self, key: &Key, tombstone: Timestamp) {
        let mut key = *key;
        // a rotation that came first has moved the record on, and another one may be moving it now
        for _ in 0..ROTATIONS_FOLLOWED {
            let _replaced;
            let mut shard = self.shard(&key);
            match shard.get(&key) {
                Some(Entry::Live { record, .. }) => {
                    self.usage.exchange(Size::of(record), Size::TOMBSTONE);
                    _replaced = shard.put_tombstone(key, tombstone, None);
                    return;
                }
                Some(Entry::Tombstone { successor: Some(next), .. }) => key = **next,
                Some(Entry::Tombstone { successor: None, .. }) | None => return,
            }
        }
    }

    /// Drops all that is over at `now`, and says how many entries that were.
    pub(super) fn sweep(&self, now: Timestamp) -> usize {
        self.drop_from_all(|shard| shard.sweep(now))
    }

    /// Drops everything.
    pub(super) fn clear(&self) {
        self.drop_from_all(Shard::clear);
    }

    fn drop_from_all(&self, choose: impl Fn(&mut Shard) -> Vec<Entry>) -> usize {
        (0..self.shards.len()).map(|index| self.drop_from(index, &choose)).sum()
    }

    /// Drops what `choose` takes out of one shard, and says how many entries that were.
    ///
    /// Their room is given back while the lock is held, so that nobody finds the store full and nothing in it that could
    /// give way. The entries themselves are dropped after that.
    fn drop_from(&self, index: usize, choose: impl FnOnce(&mut Shard) -> Vec<Entry>) -> usize {
        let mut shard = self.lock(index);
        let gone = choose(&mut shard);
        self.usage.exchange(gone.iter().map(Entry::size).sum(), Size::NOTHING);
        drop(shard);
        gone.len()
    }

    fn tend(&self, key: &Key, now: Option<Timestamp>) {
        if let Some(now) = now {
            self.drop_from(self.index(key), |shard| shard.tend(now));
        }
    }

    /// Repeats `attempt` for as long as room can be made for it, but not at the cost of the entry under `spare`.
    fn with_room<T>(
        &self,
        spare: &Key,
        now: Option<Timestamp>,
        mut attempt: impl FnMut() -> Result<T, NoRoom>,
    ) -> Result<T, StoreError> {
        let mut looked_in_vain = false;
        loop {
            match attempt() {
                Ok(answer) => return Ok(answer),
                // what would not even fit into an empty store must not empty it first
                Err(NoRoom(size)) if !size.fits(self.limit()) => return Err(StoreError::Full),
                Err(NoRoom(_)) if self.make_room(spare, now) => looked_in_vain = false,
                Err(NoRoom(_)) if looked_in_vain => return Err(StoreError::Full),
                // another thread may have made room in a shard before it was looked at
                Err(NoRoom(_)) => looked_in_vain = true,
            }
        }
    }

    /// Drops what is over, or else the oldest record without an owner, or else the oldest tombstone; `false` if there is
    /// none of these.
    ///
    /// A tombstone keeps an answer that is on its way from replacing the cookie of a login, so all anonymous records go
    /// before the first of them. The shard of `spare`, where the load is, is looked at first.
    fn make_room(&self, spare: &Key, now: Option<Timestamp>) -> bool {
        let home = self.index(spare);
        let any = |choose: &dyn Fn(&mut Shard) -> Vec<Entry>| {
            (home..self.shards.len()).chain(0..home).any(|index| self.drop_from(index, choose) > 0)
        };
        let over_or_anonymous = |shard: &mut Shard| {
            let over = now.map_or_else(Vec::new, |now| shard.tend_when_full(now));
            if over.is_empty() { shard.evict(Victim::Anonymous, spare).into_iter().collect() } else { over }
        };
        let tombstone = |shard: &mut Shard| shard.evict(Victim::Tombstone, spare).into_iter().collect();
        any(&over_or_anonymous) || any(&tombstone)
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        self.lock(self.index(key))
    }

    /// The tables use the first eight bytes of a key; the next two choose the shard.
    fn index(&self, key: &Key) -> usize {
        let bytes = key.as_bytes();
        usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) & (self.shards.len() - 1)
    }

    /// A panic under a lock leaves the shard right: what may panic, [`Changes::apply`], comes before the first change
    /// (S70).
    fn lock(&self, index: usize) -> MutexGuard<'_, Shard> {
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the shards of two keys, the lower one first: so two rotations never wait for each other (S70).
    fn lock_both(&self, old: &Key, new: &Key) -> Both<'_> {
        let (old, new) = (self.index(old), self.index(new));
        let first = self.lock(old.min(new));
        let second = (old != new).then(|| self.lock(old.max(new)));
        Both { first, second, old_is_first: old < new }
    }
}

/// The locked shards of two keys, which may be the same shard.
struct Both<'a> {
    first: MutexGuard<'a, Shard>,
    second: Option<MutexGuard<'a, Shard>>,
    old_is_first: bool,
}

impl Both<'_> {
    fn of_old(&mut self) -> &mut Shard {
        self.pick(self.old_is_first)
    }

    fn of_new(&mut self) -> &mut Shard {
        self.pick(!self.old_is_first)
    }

    fn pick(&mut self, first: bool) -> &mut Shard {
        match &mut self.second {
            Some(second) if !first => second,
            _ => &mut self.first,
        }
    }
}

#[cfg(test)]
impl Map {
    pub(super) fn shards(&self) -> usize {
        self.shards.len()
    }

    pub(super) fn used(&self) -> Size {
        self.usage.used()
    }

    pub(super) fn queued(&self) -> usize {
        (0..self.shards.len()).map(|index| self.lock(index).queued()).sum()
    }

    /// Leaves a lock behind as a panicking thread would.
    pub(super) fn poison(&self, key: &Key) {
        std::thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _shard = self.shard(key);
                panic!("while the lock is held");
            });
            assert!(panicking.join().is_err());
        });
    }
}
