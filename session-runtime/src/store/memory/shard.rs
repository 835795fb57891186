//! One part of the map, under its own lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::hash::ByKey;
use super::queue::{Queue, Turn};
use super::usage::Size;
use crate::clock::Timestamp;
use crate::record::Record;
use crate::token::Key;

/// What an entry takes beside its record: its place in the table, which is at worst less than half full, and in a queue.
pub(super) const SLOT: usize = 2 * (size_of::<(Key, Entry)>() + 1) + size_of::<(Key, Turn)>();

/// Sessions that a new shard has room for. The first sessions of a process come all at once: no shard should have to grow
/// several times for them, under its lock. Of all shards together it is less than 200 KB.
const ROOM: usize = 7;

/// How long what is over may lie around when nobody calls [`Shard::sweep`].
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The same, once the store is full. Without a pause, a flood would have the shard searched for every request.
const SWEEP_WHEN_FULL_EVERY: Duration = Duration::from_secs(10);

/// A record outlives its deadline by this before it is swept on another session's behalf: a request that loaded it while
/// it lived must be able to commit.
const GRACE_MILLIS: u64 = 60_000;

/// What is kept under a key. The turn lies beside the tag, so that an entry takes 24 bytes.
pub(super) enum Entry {
    Live {
        turn: Turn,
        record: Arc<Record>,
    },
    /// `successor` is where a rotation moved the record to.
    Tombstone {
        turn: Turn,
        until: Timestamp,
        successor: Option<Box<Key>>,
    },
}

/// What may be dropped to make room, oldest first. A record with an owner is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Victim {
    Anonymous,
    Tombstone,
}

impl Entry {
    pub(super) fn size(&self) -> Size {
        match self {
            Self::Live { record, .. } => Size::of(record),
            Self::Tombstone { .. } => Size::TOMBSTONE,
        }
    }

    const fn turn(&self) -> Turn {
        match self {
            Self::Live { turn, .. } | Self::Tombstone { turn, .. } => *turn,
        }
    }

    fn victim(&self) -> Option<Victim> {
        match self {
            Self::Live { record, .. } => anonymous(record),
            Self::Tombstone { .. } => Some(Victim::Tombstone),
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        match self {
            Self::Live { record, .. } => record.meta().deadline() <= now,
            Self::Tombstone { until, .. } => *until <= now,
        }
    }
}

fn anonymous(record: &Record) -> Option<Victim> {
    record.meta().owner.is_none().then_some(Victim::Anonymous)
}

/// Entries by key, and the order in which they may be dropped.
///
/// What leaves is handed to the caller, who drops it when the lock is released: a record may remember a value of the
/// application, whose `Drop` has no business under the lock.
pub(super) struct Shard {
    entries: HashMap<Key, Entry, ByKey>,
    anonymous: Queue,
    tombstones: Queue,
    last_turn: Turn,
    swept: Timestamp,
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            entries: HashMap::with_capacity_and_hasher(ROOM, ByKey::default()),
            anonymous: Queue::with_capacity(ROOM),
            tombstones: Queue::default(),
            last_turn: Turn::default(),
            swept: Timestamp::default(),
        }
    }
}

impl Shard {
    pub(super) fn get(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key)
    }

    pub(super) fn record(&self, key: &Key) -> Option<&Arc<Record>> {
        match self.entries.get(key)? {
            Entry::Live { record, .. } => Some(record),
            Entry::Tombstone { .. } => None,
        }
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        self.entries.len() - self.tombstones.live()
    }

    #[must_use]
    pub(super) fn put_record(&mut self, key: Key, record: Arc<Record>) -> Option<Entry> {
        let turn = self.line_up(key, anonymous(&record));
        self.put(key, Entry::Live { turn, record })
    }

    #[must_use]
    pub(super) fn put_tombstone(
        &mut self,
        key: Key,
        until: Timestamp,
        successor: Option<Key>,
    ) -> Option<Entry> {
        let turn = self.line_up(key, Some(Victim::Tombstone));
        self.put(key, Entry::Tombstone { turn, until, successor: successor.map(Box::new) })
    }

    /// Takes an entry out.
    #[must_use]
    pub(super) fn take(&mut self, key: &Key) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        if let Some(kind) = entry.victim() {
            self.queue(kind).forget();
        }
        Some(entry)
    }

    fn put(&mut self, key: Key, entry: Entry) -> Option<Entry> {
        let replaced = self.entries.insert(key, entry);
        self.compact();
        replaced
    }

    /// The turn of what is about to be kept under `key`: that of its predecessor if it is of the same kind, or else the
    /// end of its own queue.
    fn line_up(&mut self, key: Key, kind: Option<Victim>) -> Turn {
        let before = self.entries.get(&key).map(|entry| (entry.turn(), entry.victim()));
        match before {
            Some((turn, old)) if old == kind => return turn,
            Some((_, Some(old))) => self.queue(old).forget(),
            Some((_, None)) | None => {}
        }
        self.last_turn = self.last_turn.next();
        let turn = self.last_turn;
        if let Some(kind) = kind {
            self.queue(kind).push(key, turn);
        }
        turn
    }

    /// Drops the oldest entry of that kind, but not the one under `spare`.
    #[must_use]
    pub(super) fn evict(&mut self, kind: Victim, spare: &Key) -> Option<Entry> {
        let Self { entries, anonymous, tombstones, .. } = self;
        let queue = match kind {
            Victim::Anonymous => anonymous,
            Victim::Tombstone => tombstones,
        };
        let oldest = queue.pop(spare, |key, turn| is_live(entries, kind, key, turn))?;
        queue.forget();
        entries.remove(&oldest)
    }

    /// Drops all that is over at `now`.
    #[must_use]
    pub(super) fn sweep(&mut self, now: Timestamp) -> Vec<Entry> {
        let over: Vec<Entry> =
            self.entries.extract_if(|_, entry| entry.is_over(now)).map(|(_, entry)| entry).collect();
        for kind in over.iter().filter_map(Entry::victim) {
            self.queue(kind).forget();
        }
        if self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(ROOM.max(2 * self.entries.len()));
        }
        self.compact();
        over
    }

    /// [`sweep`](Self::sweep), if that was not done for a while.
    #[must_use]
    pub(super) fn tend(&mut self, now: Timestamp) -> Vec<Entry> {
        self.sweep_after(SWEEP_EVERY, now)
    }

    /// [`tend`](Self::tend), with less patience.
    #[must_use]
    pub(super) fn tend_when_full(&mut self, now: Timestamp) -> Vec<Entry> {
        self.sweep_after(SWEEP_WHEN_FULL_EVERY, now)
    }

    fn sweep_after(&mut self, pause: Duration, now: Timestamp) -> Vec<Entry> {
        // a clock that was set back must not put off sweeping until it has caught up
        self.swept = self.swept.min(now);
        if now.since(self.swept) < pause {
            return Vec::new();
        }
        self.swept = now;
        self.sweep(Timestamp::from_millis(now.as_millis().saturating_sub(GRACE_MILLIS)))
    }

    /// Drops everything.
    #[must_use]
    pub(super) fn clear(&mut self) -> Vec<Entry> {
        let Self { entries, .. } = std::mem::take(self);
        entries.into_values().collect()
    }

    fn queue(&mut self, kind: Victim) -> &mut Queue {
        match kind {
            Victim::Anonymous => &mut self.anonymous,
            Victim::Tombstone => &mut self.tombstones,
        }
    }

    fn compact(&mut self) {
        let Self { entries, anonymous, tombstones, .. } = self;
        anonymous.compact(|key, turn| is_live(entries, Victim::Anonymous, key, turn));
        tombstones.compact(|key, turn| is_live(entries, Victim::Tombstone, key, turn));
    }
}

/// Whether a queued key still stands for an entry: this very one, and still of the kind that this queue is for.
fn is_live(entries: &HashMap<Key, Entry, ByKey>, kind: Victim, key: &Key, turn: Turn) -> bool {
    entries.get(key).is_some_and(|entry| entry.turn() == turn && entry.victim() == Some(kind))
}

#[cfg(test)]
impl Shard {
    /// Keys in the queues, live or stale.
    pub(super) fn queued(&self) -> usize {
        self.anonymous.len() + self.tombstones.len()
    }
}
