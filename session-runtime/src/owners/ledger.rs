//! The content of an index, and what becomes of it. Pure: no store and no clock.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::handle::SessionHandle;
use crate::clock::Timestamp;
use crate::token::Key;

/// How long a key may be in the index before there is a record under it: longer than a login takes from its note to its
/// write. What never came to be is struck out afterwards.
pub(super) const IN_FLIGHT: Duration = Duration::from_secs(300);

/// How long a request takes from its note to its write, at most and mostly: what was noted before that is not waited for.
const MOVING: Duration = Duration::from_secs(10);

/// How far the clocks of two servers may be apart.
pub(super) const SLACK: Duration = Duration::from_secs(600);

/// The most sessions that one owner has, where nothing else is declared. Nobody has that many browsers; a program that logs
/// in again and again would make the index larger and larger.
pub(crate) const MOST: usize = 1000;

/// Keys of one session: the one that it has, and those that it was about to get.
pub(super) const KEYS: usize = 16;

/// What happens to a login of somebody who has as many sessions as they may (S18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The session whose login is the longest ago ends.
    EvictOldest,
    /// The login is refused, with [`Error::is_limit`](crate::Error::is_limit).
    RejectNew,
}

/// How many sessions one owner may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) sessions: usize,
    pub(crate) when_full: WhenFull,
}

impl Limit {
    /// What holds where nothing is declared.
    pub(super) const UNDECLARED: Self = Self { sessions: MOST, when_full: WhenFull::EvictOldest };
}

/// One session in the index. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) handle: SessionHandle,
    /// What it is kept under, and then what it was about to be kept under since. At most one of them is alive.
    pub(super) keys: Vec<Place>,
    /// When its owner logged in.
    pub(super) since: u64,
    /// When the newest of its keys was noted.
    pub(super) noted: u64,
    /// When it ends, whatever its activity.
    pub(super) expires: u64,
    /// It is to end, or has ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) ended: bool,
    /// What only the cookie would tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cookie: Option<InCookie>,
}

/// What is known of a session that lives in its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InCookie {
    pub(super) created: u64,
    pub(super) authenticated: Option<u64>,
    pub(super) last_seen: u64,
    pub(super) label: Option<String>,
}

impl Entry {
    pub(super) fn has(&self, key: &Key) -> bool {
        self.keys.iter().any(|place| place.0 == *key)
    }

    /// The newest first: mostly the only one that is alive.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().rev().map(|place| &place.0)
    }

    pub(super) const fn expires(&self) -> Timestamp {
        Timestamp::from_millis(self.expires)
    }

    /// When its owner last proved who they are.
    pub(super) fn began(&self) -> Timestamp {
        let cookie = self.cookie.as_ref();
        Timestamp::from_millis(
            cookie.map_or(self.since, |cookie| cookie.authenticated.unwrap_or(cookie.created)),
        )
    }

    /// Whether one of its keys may still come to be.
    pub(super) fn is_in_flight(&self, now: Timestamp) -> bool {
        now < Timestamp::from_millis(self.noted).after(IN_FLIGHT)
    }

    /// Whether another request has just noted where the session goes on from `old`.
    pub(super) fn is_moving_from(&self, old: &Key, now: Timestamp) -> bool {
        let last = self.keys.last().is_some_and(|place| place.0 == *old);
        !last && now < Timestamp::from_millis(self.noted).after(MOVING)
    }

    /// Its session is about to go on under `new`. What stands before `old` is dead: `old` is alive, so what it came from is
    /// not, and neither is anything else that was to come from that.
    pub(super) fn follow(&mut self, old: &Key, new: &Key, now: Timestamp) {
        if let Some(at) = self.keys.iter().position(|place| place.0 == *old) {
            self.keys.drain(..at);
        }
        if !self.has(new) {
            self.keys.push(Place(*new));
        }
        self.noted = now.as_millis();
    }
}

/// The sessions of one owner, in the order of their logins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger(pub(super) Vec<Entry>);

impl Ledger {
    /// What stands in an index. `None` if it is none of ours.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).map(Self).ok()
    }

    pub(super) fn json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&self.0)
    }

    pub(super) fn of(&mut self, key: &Key) -> Option<&mut Entry> {
        self.0.iter_mut().find(|entry| entry.has(key))
    }

    pub(super) fn strike(&mut self, handles: &[SessionHandle]) {
        self.0.retain(|entry| !handles.contains(&entry.handle));
    }

    /// Strikes out what has ended by itself.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.0.retain(|entry| now < entry.expires().after(SLACK));
    }

    /// Strikes out a key that is known never to come to be.
    pub(super) fn forget(&mut self, key: &Key) {
        self.0.iter_mut().for_each(|entry| entry.keys.retain(|place| place.0 != *key));
        self.0.retain(|entry| !entry.keys.is_empty());
    }

    /// Those that are not about to end.
    pub(super) fn count(&self) -> usize {
        self.0.iter().filter(|entry| !entry.ended).count()
    }

    /// Ends so many, the oldest logins first, and says which.
    pub(super) fn evict(&mut self, excess: usize) -> Vec<Entry> {
        self.0.sort_by_key(|entry| entry.since);
        let mut evicted = Vec::new();
        for entry in self.0.iter_mut().filter(|entry| !entry.ended).take(excess) {
            entry.ended = true;
            evicted.push(entry.clone());
        }
        evicted
    }

    /// When the last of these sessions is over.
    pub(super) fn end(&self, now: Timestamp) -> Timestamp {
        self.0.iter().map(Entry::expires).max().unwrap_or(now).after(SLACK)
    }
}

/// A key as the index has it: the digits of its hash and, where the store is sharded, those of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(pub(super) Key);

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_place())
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let key = Key::from_place(&text);
        key.map(Self).ok_or_else(|| serde::de::Error::custom("this is no key"))
    }
}

#[cfg(test)]
mod tests;
