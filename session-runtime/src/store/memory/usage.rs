//! How much the store holds, and how much it may hold.

use std::iter::Sum;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::shard::SLOT;
use crate::record::{Record, Renewal};

/// What an entry takes, or several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

impl Size {
    pub(super) const NOTHING: Self = Self { entries: 0, bytes: 0 };

    pub(super) const TOMBSTONE: Self = Self { entries: 1, bytes: SLOT };

    pub(super) fn of(record: &Record) -> Self {
        // the two counts of its `Arc`, and what the allocator adds to that block and the one of the fields
        const AROUND: usize = 2 * size_of::<usize>() + 32;
        let owner = record.meta().owner.as_ref().map_or(0, |owner| owner.len());
        let renewed = record.meta().renewed.as_ref().map_or(0, |_| size_of::<Renewal>() + 16);
        let bytes = SLOT + AROUND + size_of::<Record>() + record.fields().size() + owner + renewed;
        Self { entries: 1, bytes }
    }

    pub(super) const fn fits(self, limit: Self) -> bool {
        self.entries <= limit.entries && self.bytes <= limit.bytes
    }
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::NOTHING, |all, one| Self {
            entries: all.entries + one.entries,
            bytes: all.bytes + one.bytes,
        })
    }
}

/// What all shards hold together: the limits are exact, however unevenly the keys fall.
#[derive(Debug)]
pub(super) struct Usage {
    entries: Counter,
    bytes: Counter,
}

impl Usage {
    pub(super) fn up_to(limit: Size) -> Self {
        Self { entries: Counter::up_to(limit.entries), bytes: Counter::up_to(limit.bytes) }
    }

    pub(super) fn limit(&self) -> Size {
        Size { entries: self.entries.limit, bytes: self.bytes.limit }
    }

    /// Puts `new` in the place of `old`, if there is room for the difference.
    pub(super) fn exchange(&self, old: Size, new: Size) -> bool {
        if !self.entries.exchange(old.entries, new.entries) {
            return false;
        }
        let done = self.bytes.exchange(old.bytes, new.bytes);
        if !done {
            // back to where it was: no operation has fewer entries and more bytes, so this shrinks and is not refused
            self.entries.exchange(new.entries, old.entries);
        }
        done
    }
}

#[derive(Debug)]
struct Counter {
    used: AtomicUsize,
    limit: usize,
}

impl Counter {
    const fn up_to(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit }
    }

    /// Only a growth can be refused. The counter guards no memory, so relaxed order is enough.
    fn exchange(&self, old: usize, new: usize) -> bool {
        if new <= old {
            self.used.fetch_sub(old - new, Ordering::Relaxed);
            return true;
        }
        let grown = |used: usize| used.checked_add(new - old).filter(|used| *used <= self.limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).is_ok()
    }
}

#[cfg(test)]
impl Usage {
    pub(super) fn used(&self) -> Size {
        Size {
            entries: self.entries.used.load(Ordering::Relaxed),
            bytes: self.bytes.used.load(Ordering::Relaxed),
        }
    }
}
