use std::time::Duration;

use super::{Entry, IN_FLIGHT, InCookie, Ledger, Place, SLACK};
use crate::clock::Timestamp;
use crate::owners::SessionHandle;
use crate::token::{Key, OsEntropy, Purpose, Slot, Token};

fn key(n: u8) -> Key {
    Key::from_bytes([n; 32])
}

fn handle() -> SessionHandle {
    SessionHandle::random(&OsEntropy).unwrap()
}

fn entry(since: u64, keys: &[u8]) -> Entry {
    let keys = keys.iter().map(|n| Place(key(*n))).collect();
    Entry { handle: handle(), keys, since, noted: since, expires: since + 1000, ended: false, cookie: None }
}

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn keys(entry: &Entry) -> Vec<u8> {
    entry.keys.iter().map(|place| place.0.as_bytes()[0]).collect()
}

#[test]
fn what_is_written_is_read() {
    let mut sessions = vec![entry(1, &[1, 2]), entry(2, &[3])];
    sessions[1].ended = true;
    sessions[1].cookie =
        Some(InCookie { created: 1, authenticated: None, last_seen: 2, label: Some("\"*:\n".into()) });
    // of a store that is sharded
    let slot = Slot::of([0xAB, 0x01]);
    let token = Token::random(&OsEntropy, Some(slot)).unwrap();
    let placed = token.key(&Purpose::of("id", "/"));
    sessions[0].keys.push(Place(placed));
    let ledger = Ledger(sessions);
    let read = Ledger::read(&ledger.json().unwrap()).unwrap();
    assert_eq!(read, ledger);
    assert_eq!(read.0[0].keys[2].0.slot(), Some(slot), "a key is equal to itself in any slot");
    for foreign in
        ["", "null", "{}", "[1]", "[{}]", r#"[{"handle":"x","keys":[],"since":0,"noted":0,"expires":0}]"#]
    {
        assert_eq!(Ledger::read(foreign.as_bytes()), None, "{foreign}");
    }
}

#[test]
fn s15_a_key_stays_until_what_came_after_it_is_known_to_be_alive() {
    let mut session = entry(0, &[1]);
    // two requests at once, both of the session as it is under 1
    session.follow(&key(1), &key(2), at(5));
    session.follow(&key(1), &key(3), at(6));
    assert_eq!((keys(&session), session.noted), (vec![1, 2, 3], 6), "either may have come");
    // the second one came: neither 1 nor 2 can be any more
    session.follow(&key(3), &key(4), at(7));
    assert_eq!(keys(&session), [3, 4]);
    session.follow(&key(4), &key(5), at(8));
    assert_eq!(keys(&session), [4, 5]);
    assert_eq!(session.keys().next(), Some(&key(5)), "the newest is looked at first");
    // what was refused
    let mut ledger = Ledger(vec![session, entry(0, &[9])]);
    ledger.forget(&key(5));
    ledger.forget(&key(9));
    assert_eq!(ledger.0.iter().map(keys).collect::<Vec<_>>(), [[4]]);
    assert!(ledger.of(&key(4)).is_some() && ledger.of(&key(3)).is_none());
}

#[test]
fn s18_the_oldest_logins_go_first_and_those_that_go_already_do_not_count() {
    let mut ledger = Ledger(vec![entry(3, &[3]), entry(1, &[1]), entry(2, &[2])]);
    ledger.of(&key(1)).unwrap().ended = true;
    assert_eq!(ledger.count(), 2);
    let evicted = ledger.evict(1);
    assert_eq!(evicted.iter().map(keys).collect::<Vec<_>>(), [[2]]);
    assert_eq!(ledger.count(), 1);
    assert!(ledger.of(&key(2)).unwrap().ended, "it stays until it has ended");
    assert_eq!(ledger.evict(0), []);
}

#[test]
fn s73_what_is_over_goes_some_time_after_its_deadline() {
    let mut ledger = Ledger(vec![entry(0, &[1]), entry(500, &[2])]);
    assert_eq!(ledger.end(at(0)), at(1500).after(SLACK), "the last of them");
    ledger.expire(at(1000).after(SLACK.saturating_sub(Duration::from_millis(1))));
    assert_eq!(ledger.0.len(), 2, "of a server whose clock is late");
    ledger.expire(at(1000).after(SLACK));
    assert_eq!(ledger.0.iter().map(keys).collect::<Vec<_>>(), [[2]]);
    ledger.expire(at(u64::MAX));
    assert_eq!(ledger.end(at(7)), at(7).after(SLACK), "of none, soon");
    let session = entry(10, &[1]);
    assert!(session.is_in_flight(at(9)) && session.is_in_flight(at(10)));
    assert!(!session.is_in_flight(at(10).after(IN_FLIGHT)));
}

#[test]
fn t35_no_time_and_no_number_is_too_much() {
    let mut session = entry(0, &[1]);
    (session.since, session.noted, session.expires) = (u64::MAX, u64::MAX, u64::MAX);
    let mut ledger = Ledger(vec![session]);
    assert_eq!(ledger.end(at(u64::MAX)), at(u64::MAX));
    ledger.expire(at(0));
    assert_eq!(ledger.evict(usize::MAX).len(), 1);
}

#[test]
fn a_key_is_written_with_its_slot_and_read_back_only_as_it_was_written() {
    let (plain, text) = (key(0xA0), "a0".repeat(32));
    assert_eq!(plain.to_place(), text);
    assert_eq!(Key::from_place(&text), Some(plain));
    assert_eq!(Key::from_place(&format!("{text}ab01")).and_then(|key| key.slot()), Some(Slot::of([0xAB, 1])));
    for wrong in ["", "a0", &text[1..], &format!("{text}a"), &format!("{text}AB01"), &format!("{text}ab012")]
    {
        assert!(Key::from_place(wrong).is_none(), "{wrong}");
    }
    // T26: whatever an owner is called, the index has a key of its own
    let purpose = Purpose::of("id", "/");
    let owners = ["\"a\"", "\"a:b\"", "\"*\"", "\"\\n\"", "", "1", "\"1\""];
    let found: std::collections::BTreeSet<_> = owners.map(|owner| Key::of_index(&purpose, owner)).into();
    assert_eq!(found.len(), owners.len());
    assert_ne!(Key::of_index(&Purpose::of("id", "/a"), "1"), Key::of_index(&purpose, "1"), "S71");
}
