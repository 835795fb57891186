//! What a session that begins, goes on or ends changes in the index of its owner.

use super::fate::{At, Fate, bury, find};
use super::handle::SessionHandle;
use super::index::{Index, Page, TRIES};
use super::ledger::{Entry, InCookie, KEYS, Ledger, Limit, Place, WhenFull};
use super::{Desk, Rooms, whose};
use crate::clock::Timestamp;
use crate::commit::merge::pause;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::record::{Meta, Record};
use crate::store::Created;
use crate::token::Key;

/// What an owner may read of one session, where only its cookie would tell: not a page of text.
const LABEL: usize = 200;

/// How often a renewal looks whether another one is done that has just been noted: for some hundredths of a second.
const WAITS: u32 = 8;

/// How often what may fail is tried.
const FEW: u32 = 8;

/// A session that is about to be under a key.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(super) owner: Box<str>,
    /// Where it is now, if it was this owner's before.
    old: Option<Key>,
    pub(super) expires: Timestamp,
    pub(super) cookie: Option<InCookie>,
    /// Whether it waits for another request that is about to do the same.
    can_wait: bool,
}

impl Arrival {
    /// The session of this record, which goes on under another key if it was under `old` before. `None` if nobody owns it,
    /// or nobody keeps account of that.
    pub(crate) fn of(engine: &Engine, record: &Record, old: Option<(&Key, &Meta)>) -> Option<Self> {
        Self::with(engine, record.meta(), record, old)
    }

    /// [`of`](Self::of), where the metadata is not the record's yet.
    pub(crate) fn with(
        engine: &Engine,
        meta: &Meta,
        record: &Record,
        old: Option<(&Key, &Meta)>,
    ) -> Option<Self> {
        let owner = whose(meta)?.into();
        let desk = Desk::of(engine)?;
        let old = old.filter(|(_, before)| whose(before) == whose(meta)).map(|(key, _)| *key);
        let cookie = match desk.rooms {
            Rooms::Store(_) => None,
            Rooms::Cookies(_) => Some(InCookie {
                created: meta.created.as_millis(),
                authenticated: meta.authenticated.map(Timestamp::as_millis),
                last_seen: meta.last_seen.as_millis(),
                label: desk.owners.label(record).map(|label| label.chars().take(LABEL).collect()),
            }),
        };
        Some(Self { owner, old, expires: meta.expires, cookie, can_wait: false })
    }

    /// One that ends then, and of which nothing else is looked at.
    #[cfg(test)]
    pub(super) fn until(expires: Timestamp) -> Self {
        Self { owner: "".into(), old: None, expires, cookie: None, can_wait: false }
    }

    /// By a renewal. A browser sends requests together, and one of them is enough.
    pub(crate) fn by_renewal(self) -> Self {
        Self { can_wait: true, ..self }
    }
}

/// Notes that the session is about to be under `new`, and makes room for it. Until that is done it must not be there.
///
/// # Errors
/// [`Kind::Gone`] if the session ended or has another id; [`Kind::Limit`] if its owner may have no more; [`Kind::Conflict`]
/// if the index changes without pause.
pub(crate) async fn admit(engine: &Engine, arrival: &Arrival, new: &Key) -> Result<(), Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(()) };
    let index = Index::of(engine, &desk, &arrival.owner);
    for attempt in 0..TRIES {
        pause(attempt).await;
        let page = index.read().await?;
        let mut ledger = page.ledger.clone();
        // an id that was promised may have been noted by an earlier try
        let known = [arrival.old, Some(*new)].into_iter().flatten().find(|key| ledger.of(key).is_some());
        let evicted = match known.and_then(|key| Some((key, ledger.of(&key)?))) {
            Some((old, entry))
                if arrival.can_wait && attempt < WAITS && entry.is_moving_from(&old, engine.now()) =>
            {
                if has_moved(engine, &desk, arrival, entry, &old).await? {
                    return Err(Error::new(Kind::Gone));
                }
                continue;
            }
            Some((old, entry)) => {
                go_on(engine, &desk, arrival, entry, &old, new).await?;
                Vec::new()
            }
            None => begin(engine, &desk, arrival, &mut ledger, new).await?,
        };
        if index.write(&page, &ledger).await? {
            for entry in &evicted {
                desk.end(engine, &arrival.owner, entry).await?;
            }
            if !evicted.is_empty() {
                engine.reporter.tell(None, Happened::Evicted { count: evicted.len() });
            }
            return Ok(());
        }
    }
    Err(Error::new(Kind::Conflict))
}

/// Whether another request has done what it noted: `old` is dead.
async fn has_moved(
    engine: &Engine,
    desk: &Desk<'_>,
    arrival: &Arrival,
    entry: &Entry,
    old: &Key,
) -> Result<bool, Error> {
    Ok(match desk.rooms {
        Rooms::Store(store) => {
            !matches!(find(engine, store, &arrival.owner, old).await?, At::Here(at, _) if at == *old)
        }
        Rooms::Cookies(jar) => jar.is_over(engine, old, &arrival.owner, entry.began()).await?,
    })
}

/// A session that its owner has already gets another key.
async fn go_on(
    engine: &Engine,
    desk: &Desk<'_>,
    arrival: &Arrival,
    entry: &mut Entry,
    old: &Key,
    new: &Key,
) -> Result<(), Error> {
    if entry.ended {
        return Err(Error::new(Kind::Gone));
    }
    entry.follow(old, new, engine.now());
    entry.expires = arrival.expires.as_millis();
    entry.cookie.clone_from(&arrival.cookie);
    if entry.keys.len() > KEYS
        && let Rooms::Store(store) = desk.rooms
    {
        // many were noted and never came, since the store did not answer: now they cannot come any more
        for Place(key) in entry.keys.iter().filter(|place| place.0 != *old && place.0 != *new) {
            if bury(engine, store, key).await? == Created::Exists
                && !super::fate::is_buried(engine, store, key).await?
            {
                // one of them came: then `old` is dead
                return Err(Error::new(Kind::Gone));
            }
        }
        entry.keys.retain(|place| place.0 == *old || place.0 == *new);
    }
    Ok(())
}

/// A session that its owner did not have yet; says which others end for it.
async fn begin(
    engine: &Engine,
    desk: &Desk<'_>,
    arrival: &Arrival,
    ledger: &mut Ledger,
    new: &Key,
) -> Result<Vec<Entry>, Error> {
    let now = engine.now();
    if let (Some(old), Rooms::Store(store)) = (&arrival.old, desk.rooms)
        && !matches!(find(engine, store, &arrival.owner, old).await?, At::Here(at, _) if at == *old)
    {
        // it has another id by now, or ended: nobody must make room for it
        return Err(Error::new(Kind::Gone));
    }
    let Limit { sessions, when_full } = desk.owners.limit.unwrap_or(Limit::UNDECLARED);
    // what somebody else marked may not have ended yet: then there would be one too many
    let ended: Vec<Entry> = ledger.0.iter().filter(|entry| entry.ended).cloned().collect();
    for entry in &ended {
        desk.end(engine, &arrival.owner, entry).await?;
    }
    ledger.0.retain(|entry| !entry.ended);
    ledger.expire(now);
    if ledger.count() >= sessions {
        let dead = dead(engine, desk, &arrival.owner, ledger).await?;
        ledger.strike(&dead);
    }
    let excess = (ledger.count() + 1).saturating_sub(sessions);
    let evicted = match when_full {
        WhenFull::RejectNew if excess > 0 => {
            engine.reporter.tell(None, Happened::LimitRefused);
            return Err(Error::new(Kind::Limit { sessions }));
        }
        WhenFull::RejectNew => Vec::new(),
        WhenFull::EvictOldest => ledger.evict(excess),
    };
    let handle = SessionHandle::random(&*engine.entropy)?;
    let keys = arrival.old.into_iter().filter(|old| old != new).chain([*new]).map(Place).collect();
    let (since, noted, expires) = (now.as_millis(), now.as_millis(), arrival.expires.as_millis());
    let cookie = arrival.cookie.clone();
    ledger.0.push(Entry { handle, keys, since, noted, expires, ended: false, cookie });
    Ok(evicted)
}

/// Those whose sessions are no more.
async fn dead(
    engine: &Engine,
    desk: &Desk<'_>,
    owner: &str,
    ledger: &Ledger,
) -> Result<Vec<SessionHandle>, Error> {
    let mut dead = Vec::new();
    for entry in &ledger.0 {
        if let Fate::Dead = desk.fate(engine, owner, entry).await? {
            dead.push(entry.handle);
        }
    }
    Ok(dead)
}

/// The session under this key is about to live longer.
///
/// # Errors
/// As [`admit`].
pub(crate) async fn prolong(engine: &Engine, arrival: &Arrival, key: &Key) -> Result<(), Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(()) };
    let index = Index::of(engine, &desk, &arrival.owner);
    for attempt in 0..TRIES {
        pause(attempt).await;
        let page = index.read().await?;
        let mut ledger = page.ledger.clone();
        let Some(entry) = ledger.of(key) else { return admit(engine, arrival, key).await };
        if entry.ended {
            return Err(Error::new(Kind::Gone));
        }
        // the change may be refused yet: then it lives as long as before
        entry.expires = entry.expires.max(arrival.expires.as_millis());
        if index.write(&page, &ledger).await? {
            return Ok(());
        }
    }
    Err(Error::new(Kind::Conflict))
}

/// What was noted will not come: the store refused it. If this fails, it is found out later.
pub(crate) async fn withdraw(engine: &Engine, arrival: &Arrival, key: &Key) {
    change(engine, &arrival.owner, |ledger| ledger.forget(key)).await;
}

/// The session under this key is not this owner's any more: it ended, or is somebody else's. If this fails, it is found out
/// later.
pub(crate) async fn leave(engine: &Engine, owner: &str, key: &Key) {
    change(engine, owner, |ledger| ledger.0.retain(|entry| !entry.has(key))).await;
}

pub(super) async fn change(engine: &Engine, owner: &str, change: impl Fn(&mut Ledger)) {
    let Some(desk) = Desk::of(engine) else { return };
    let index = Index::of(engine, &desk, owner);
    for attempt in 0..FEW {
        pause(attempt).await;
        let Ok(page) = index.read().await else { return };
        if !matches!(tidy(&index, &page, &change).await, Ok(false)) {
            return;
        }
    }
}

/// Changes an index as it was read; `false` if somebody else was first.
pub(super) async fn tidy(
    index: &Index<'_>,
    page: &Page,
    change: impl Fn(&mut Ledger),
) -> Result<bool, crate::error::StoreError> {
    let mut ledger = page.ledger.clone();
    change(&mut ledger);
    if ledger == page.ledger { Ok(true) } else { index.write(page, &ledger).await }
}
