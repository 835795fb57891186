//! A session goes from the index of its owner's former form into that of the present one (T42, S15).
//!
//! Its key stays, and an index names whatever is under its keys. So from the note to the end both indexes name the session,
//! and a revocation by either form ends it, whether it comes before the record is written or after.

use super::handle::SessionHandle;
use super::index::{Index, TRIES};
use super::ledger::{Entry, Ledger, Place};
use super::register::{Arrival, change};
use super::{Desk, whose};
use crate::clock::Timestamp;
use crate::commit::merge::pause;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::record::{Meta, Record};
use crate::token::Key;

/// A session that both indexes have.
pub(crate) struct Refiling<'a> {
    engine: &'a Engine,
    key: &'a Key,
    former: Option<&'a str>,
    present: Option<Box<str>>,
}

/// Notes the session under `key` in the index of its owner as `after` has them: as it stands in that of `before`, with the
/// same handle. It is logged in already, so there is room for it, however many there are.
///
/// # Errors
/// [`Kind::Gone`] if it is about to end in either index; [`Kind::Conflict`] if the index changes without pause.
pub(crate) async fn refile<'a>(
    engine: &'a Engine,
    key: &'a Key,
    before: &'a Meta,
    after: &Record,
) -> Result<Refiling<'a>, Error> {
    let former = whose(before);
    let mut refiling = Refiling { engine, key, former, present: None };
    let (Some(desk), Some(arrival)) = (Desk::of(engine), Arrival::of(engine, after, None)) else {
        return Ok(refiling);
    };
    let known = match former {
        Some(owner) => {
            let known = Index::of(engine, &desk, owner).read().await?.ledger.of(key).cloned();
            is_to_live(engine, &desk, owner, known.as_ref()).await?;
            known
        }
        None => None,
    };
    let entry = entry(engine, key, known, &arrival, after.meta())?;
    let index = Index::of(engine, &desk, &arrival.owner);
    for attempt in 0..TRIES {
        pause(attempt).await;
        let page = index.read().await?;
        let mut ledger = page.ledger.clone();
        is_to_live(engine, &desk, &arrival.owner, note(&mut ledger, key, &entry)).await?;
        if ledger == page.ledger || index.write(&page, &ledger).await? {
            refiling.present = Some(arrival.owner);
            return Ok(refiling);
        }
    }
    Err(Error::new(Kind::Conflict))
}

/// What is marked does not go on. Whoever marked it may have failed to end it, and then nobody else does: its browser would
/// be refused for as long as it would have lived.
async fn is_to_live(
    engine: &Engine,
    desk: &Desk<'_>,
    owner: &str,
    entry: Option<&Entry>,
) -> Result<(), Error> {
    let Some(entry) = entry.filter(|entry| entry.ended) else { return Ok(()) };
    drop(desk.end(engine, owner, entry).await);
    Err(Error::new(Kind::Gone))
}

/// The session as the former index has it, or as far as its record tells.
fn entry(
    engine: &Engine,
    key: &Key,
    known: Option<Entry>,
    arrival: &Arrival,
    meta: &Meta,
) -> Result<Entry, Error> {
    let known = match known {
        Some(known) => known,
        None => Entry {
            handle: SessionHandle::random(&*engine.entropy)?,
            keys: vec![Place(*key)],
            since: meta.authenticated.unwrap_or(meta.created).as_millis(),
            noted: 0,
            expires: 0,
            ended: false,
            cookie: None,
        },
    };
    Ok(carried(known, arrival, engine.now()))
}

/// The entry in the present index. The former one may know of a longer life, whose write is on its way.
fn carried(known: Entry, arrival: &Arrival, now: Timestamp) -> Entry {
    let expires = known.expires.max(arrival.expires.as_millis());
    Entry { noted: now.as_millis(), expires, cookie: arrival.cookie.clone(), ..known }
}

/// Another request may have noted it already, under this key or one that it had before, and when it would have ended sooner.
/// Returns that.
fn note<'a>(ledger: &'a mut Ledger, key: &Key, new: &Entry) -> Option<&'a Entry> {
    let known = ledger.0.iter().position(|entry| entry.has(key) || entry.handle == new.handle);
    let Some(at) = known else {
        ledger.0.push(new.clone());
        return None;
    };
    let entry = &mut ledger.0[at];
    entry.expires = entry.expires.max(new.expires);
    for place in &new.keys {
        if !entry.has(&place.0) {
            entry.keys.push(*place);
            entry.noted = new.noted;
        }
    }
    Some(entry)
}

impl Refiling<'_> {
    /// The record is written. What is about to end stays in the former index until it has.
    pub(crate) async fn done(self) {
        if let Some(former) = self.former {
            change(self.engine, former, |ledger| {
                ledger.0.retain(|entry| entry.ended || !entry.has(self.key));
            })
            .await;
        }
    }

    /// There is nothing under the key any more, and nothing will be.
    pub(crate) async fn undone(self) {
        if let Some(present) = &self.present {
            change(self.engine, present, |ledger| ledger.forget(self.key)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::OsEntropy;

    fn key(n: u8) -> Key {
        Key::of_hash([n; 32])
    }

    fn of(keys: &[u8], expires: u64) -> Entry {
        Entry {
            handle: SessionHandle::random(&OsEntropy).unwrap(),
            keys: keys.iter().map(|n| Place(key(*n))).collect(),
            since: 1,
            noted: 2,
            expires,
            ended: false,
            cookie: None,
        }
    }

    fn keys(entry: &Entry) -> Vec<Place> {
        entry.keys.clone()
    }

    #[test]
    fn s17_t42_what_is_noted_under_an_earlier_key_is_one_session_with_all_its_keys() {
        let before = of(&[1], 50);
        let (other, mut ledger) = (of(&[9], 10), Ledger(vec![before.clone()]));
        ledger.0.push(other.clone());
        // it was renewed between, and another request noted it under the key before
        let now = Entry { keys: vec![Place(key(2))], noted: 7, expires: 40, ..before.clone() };
        assert_eq!(note(&mut ledger, &key(2), &now).map(|known| known.handle), Some(before.handle));
        let expected = Entry { keys: vec![Place(key(1)), Place(key(2))], noted: 7, ..before };
        assert_eq!(ledger.0, [expected, other], "the later end stays");
    }

    #[test]
    fn s17_t42_what_is_noted_twice_stays_as_it_is_and_what_is_new_is_added() {
        let (mut ledger, entry) = (Ledger::default(), of(&[1, 2], 50));
        assert!(note(&mut ledger, &key(2), &entry).is_none());
        let once = ledger.clone();
        let again = Entry { noted: 99, ..entry.clone() };
        assert_eq!(note(&mut ledger, &key(2), &again).map(keys), Some(entry.keys));
        assert_eq!(ledger, once);
    }

    #[test]
    fn t42_a_longer_life_that_the_former_index_knows_of_is_carried_over() {
        for (known, after, expected) in [(50, 40, 50), (40, 50, 50)] {
            let arrival = Arrival::until(Timestamp::from_millis(after));
            let known = of(&[1], known);
            let carried = carried(known.clone(), &arrival, Timestamp::from_millis(9));
            assert_eq!(carried, Entry { noted: 9, expires: expected, ..known });
        }
    }
}
