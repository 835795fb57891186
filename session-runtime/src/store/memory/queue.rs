//! Keys in the order of their age, so that the oldest is found without a search.

use std::collections::VecDeque;

use crate::token::Key;

/// Stale keys that are tolerated whatever the number of live ones, so that a small queue is not compacted all the time.
const SLACK: usize = 32;

/// The number of one entry among all that one shard ever queued. It tells an entry from a later one under the same key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn(u32);

impl Turn {
    /// Wraps: to be mistaken, an entry would have to meet its own key again after exactly 2³² others.
    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A first-in-first-out queue whose entries are deleted lazily: whoever removes an entry says so with [`Queue::forget`],
/// and the key is passed over when its turn comes.
#[derive(Default)]
pub(super) struct Queue {
    keys: VecDeque<(Key, Turn)>,
    /// How many of the keys still stand for an entry.
    live: usize,
}

impl Queue {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self { keys: VecDeque::with_capacity(entries), live: 0 }
    }

    /// How many entries there are.
    pub(super) const fn live(&self) -> usize {
        self.live
    }

    pub(super) fn push(&mut self, key: Key, turn: Turn) {
        self.keys.push_back((key, turn));
        self.live += 1;
    }

    /// One entry is no more.
    pub(super) fn forget(&mut self) {
        self.live = self.live.saturating_sub(1);
    }

    /// The oldest entry but `spare`, which keeps its place. The caller removes the entry and calls [`Queue::forget`].
    pub(super) fn pop(&mut self, spare: &Key, is_live: impl Fn(&Key, Turn) -> bool) -> Option<Key> {
        let mut spared = None;
        let found = loop {
            match self.keys.pop_front() {
                None => break None,
                Some((key, turn)) if !is_live(&key, turn) => {}
                Some(item) if item.0 == *spare => spared = Some(item),
                Some((key, _)) => break Some(key),
            }
        };
        if let Some(item) = spared {
            self.keys.push_front(item);
        }
        found
    }

    /// Drops the stale keys once they outnumber the live ones: constant work for each key ever pushed, and memory in
    /// proportion to the live ones.
    pub(super) fn compact(&mut self, is_live: impl Fn(&Key, Turn) -> bool) {
        if self.keys.len() > 2 * self.live + SLACK {
            self.keys.retain(|(key, turn)| is_live(key, *turn));
            self.keys.shrink_to(2 * self.keys.len());
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}
