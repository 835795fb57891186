//! To what a token is bound: scope, format, key and time.

use std::time::Duration;

use super::{FORMATS, ID, NOW, Record, SCOPE, Scope, Timestamp, entropy, key, record, ring};
use crate::keys::KeyRing;
use crate::mac::probe;
use crate::record::{Fields, Meta};
use crate::seal::{Sealer, Vault};
use crate::token::Key;

/// Scopes that differ in one part, and some that would be equal if the parts were only put together.
fn scopes() -> Vec<Scope<'static>> {
    let mut scopes = vec![SCOPE];
    for other in ["", "shop2", "sho", "Shop", "/", "__Host-id"] {
        for at in 0..4 {
            let mut parts = SCOPE.parts();
            parts[at] = other;
            let [application, cookie, path, session] = parts;
            scopes.push(Scope { application, cookie, path, session });
        }
    }
    for [application, cookie, path, session] in [
        ["shop__Host-id", "", "/", "Shop"],
        ["shop", "__Host-id/", "", "Shop"],
        ["shop", "__Host-id", "/Shop", ""],
        ["__Host-id", "shop", "/", "Shop"],
        ["shop", "__Host-id", "Shop", "/"],
        ["s", "hop__Host-id", "/", "Shop"],
        ["shop", "id", "/", "Shop"],
        ["shop", "__Secure-id", "/", "Shop"],
        ["shop", "__host-id", "/", "Shop"],
        ["", "", "", ""],
    ] {
        scopes.push(Scope { application, cookie, path, session });
    }
    scopes.sort_by_key(Scope::parts);
    scopes.dedup_by_key(|scope| scope.parts());
    scopes
}

#[test]
fn s56_t13_no_token_is_one_of_another_cookie_path_application_session_or_format() {
    let record = record(&[("a", "1")]);
    let mut all: Vec<(String, Box<dyn Sealer>)> = Vec::new();
    for scope in scopes() {
        for (name, format) in FORMATS {
            all.push((format!("{name} {scope:?}"), format(&ring(), &scope, entropy())));
        }
    }
    assert!(all.len() > 60);
    for (from, sealer) in &all {
        let token = sealer.seal(&ID, &record).unwrap();
        for (to, opener) in &all {
            assert_eq!(opener.open(token.as_bytes(), NOW).is_some(), from == to, "{from} in {to}");
        }
    }
}

/// The name of the key is the same in all scopes, so it is the tag that refuses: each pair costs one check.
#[test]
fn s56_t13_it_is_the_tag_that_tells_scopes_apart() {
    let other = Scope { session: "Other", ..SCOPE };
    for (name, format) in FORMATS {
        let token = format(&ring(), &SCOPE, entropy()).seal(&ID, &record(&[])).unwrap();
        let sealer = format(&ring(), &other, entropy());
        let counted = probe::count(|| assert!(sealer.open(token.as_bytes(), NOW).is_none()));
        assert_eq!(counted, (1, 0), "{name}");
    }
}

#[test]
fn s54_a_token_under_an_unknown_key_is_nothing_and_costs_nothing() {
    for (name, format) in FORMATS {
        let token = format(&KeyRing::new(key(2)), &SCOPE, entropy()).seal(&ID, &record(&[])).unwrap();
        let sealer = format(&ring(), &SCOPE, entropy());
        let counted = probe::count(|| assert!(sealer.open(token.as_bytes(), NOW).is_none()));
        assert_eq!(counted, (0, 0), "{name}");
    }
}

#[test]
fn s59_the_first_key_writes_all_read_and_older_ones_are_told() {
    for (name, format) in FORMATS {
        let seal = |ring: &KeyRing| format(ring, &SCOPE, entropy()).seal(&ID, &record(&[])).unwrap();
        let open = |ring: &KeyRing, token: &str| {
            format(ring, &SCOPE, entropy()).open(token.as_bytes(), NOW).map(|opened| opened.stale)
        };
        let (old, new) = (KeyRing::new(key(1)), KeyRing::new(key(2)));
        let both = new.clone().and_read(key(1)).unwrap().and_read(key(3)).unwrap();
        let (under_old, under_new) = (seal(&old), seal(&both));
        assert_eq!(open(&both, &under_old), Some(true), "{name}");
        assert_eq!(open(&both, &under_new), Some(false), "{name}");
        assert_eq!(open(&new, &under_new), Some(false), "{name}: it was written under the first");
        assert_eq!(open(&new, &under_old), None, "{name}: the old key is gone");
        assert_eq!(open(&old, &under_new), None, "{name}: the new key is not there yet");
    }
}

/// Two servers, of which each is brought through the three steps at its own time.
#[test]
fn s59_keys_are_changed_on_two_servers_in_any_order_without_a_logout() {
    let steps = [
        KeyRing::new(key(1)),
        KeyRing::new(key(1)).and_read(key(2)).unwrap(),
        KeyRing::new(key(2)).and_read(key(1)).unwrap(),
        KeyRing::new(key(2)),
    ];
    for (name, format) in FORMATS {
        let server = |step: usize| format(&steps[step], &SCOPE, entropy());
        // whichever is ahead, the other is at the same step or the one before
        for (one, other) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (3, 3)] {
            let token = server(one).seal(&ID, &record(&[])).unwrap();
            let opened = server(other).open(token.as_bytes(), NOW);
            assert!(opened.is_some(), "{name}: sealed in step {one}, opened in step {other}");
        }
        // and a browser that comes back only then
        let token = server(1).seal(&ID, &record(&[])).unwrap();
        assert!(server(2).open(token.as_bytes(), NOW).unwrap().stale, "{name}");
    }
}

fn with_times(created: u64, last_seen: u64, idle: Duration, expires: u64) -> Record {
    let time = Timestamp::from_millis;
    let mut meta = Meta::new(time(created), idle, time(expires));
    meta.last_seen = time(last_seen);
    Record::new(meta, Fields::default())
}

#[test]
fn s55_t10_the_deadline_is_in_the_token_and_holds_to_the_millisecond() {
    let record = record(&[]);
    let deadline = record.meta().deadline().as_millis();
    assert_eq!(deadline, NOW.as_millis() - 17 + 1_800_000, "the idle deadline is the earlier one");
    let now = NOW.as_millis();
    let hours = 8 * 3600 * 1000;
    let absolute = with_times(now - hours + 10, now, Duration::from_secs(1800), now + 10);
    assert_eq!(absolute.meta().deadline().as_millis(), now + 10, "here the absolute one is");
    for (name, format) in FORMATS {
        let sealer = format(&ring(), &SCOPE, entropy());
        for (record, deadline) in [(&record, deadline), (&absolute, now + 10)] {
            let token = sealer.seal(&ID, record).unwrap();
            let is_open = |at: u64| sealer.open(token.as_bytes(), Timestamp::from_millis(at)).is_some();
            assert!(is_open(deadline - 1), "{name}");
            for late in [0, 1, 999, 1000, hours, u64::MAX - deadline] {
                assert!(!is_open(deadline + late), "{name}: {late} ms later");
            }
        }
    }
}

#[test]
fn s55_what_was_sealed_in_the_future_is_refused() {
    let now = NOW.as_millis();
    for (name, format) in FORMATS {
        let sealer = format(&ring(), &SCOPE, entropy());
        for (ahead, is_open) in
            [(0, true), (59_999, true), (60_000, true), (60_001, false), (3_600_000, false)]
        {
            let hour = Duration::from_secs(3600);
            let created_ahead = with_times(now + ahead, now + ahead, hour, now + 8 * 3_600_000);
            let seen_ahead = with_times(now, now + ahead, hour, now + 8 * 3_600_000);
            for record in [created_ahead, seen_ahead] {
                let token = sealer.seal(&ID, &record).unwrap();
                assert_eq!(sealer.open(token.as_bytes(), NOW).is_some(), is_open, "{name}: {ahead} ms ahead");
            }
        }
    }
}

#[test]
fn t35_times_at_the_edges_neither_panic_nor_open() {
    let (now, hour) = (NOW.as_millis(), Duration::from_secs(3600));
    let edges = [0, 1, 999, 1000, u64::MAX / 1000, u64::MAX - 1, u64::MAX];
    for (name, format) in FORMATS {
        let sealer = format(&ring(), &SCOPE, entropy());
        for at in edges {
            for record in [
                with_times(at, at, hour, at),
                with_times(at, now, hour, at),
                with_times(now, at, hour, at),
                with_times(at, at, Duration::MAX, u64::MAX),
                with_times(now, now, Duration::MAX, u64::MAX),
                with_times(now, now, Duration::ZERO, u64::MAX),
            ] {
                let token = sealer.seal(&ID, &record).unwrap();
                for clock in edges.into_iter().chain([now]) {
                    // what is alive by the core's own rule opens at most; here, 400 days are the most
                    let clock = Timestamp::from_millis(clock);
                    let opened = sealer.open(token.as_bytes(), clock);
                    let deadline = record.meta().deadline();
                    let sane = clock < deadline && deadline.since(clock) <= Duration::from_secs(401 * 86400);
                    assert!(opened.is_none() || sane, "{name}: {at} at {clock:?}");
                    assert!(clock.as_millis() != now || opened.is_none() || at < now, "{name}: {at}");
                }
            }
        }
        // a clock that jumped back refuses what it cannot place
        let token = sealer.seal(&ID, &with_times(now, now, hour, now + 3_600_000)).unwrap();
        assert!(sealer.open(token.as_bytes(), Timestamp::from_millis(now - 3_600_000)).is_none(), "{name}");
    }
}

#[test]
fn s56_s61_what_a_vault_keeps_is_bound_to_its_purpose_its_place_and_its_key() {
    let vault = |seed, purpose| Vault::new(&KeyRing::new(key(seed)), purpose, entropy());
    let place = |n: u8| Key::from_bytes([n; 32]);
    let (records, names) = (vault(1, "records"), vault(1, "names"));
    let plain = record(&[("a", "1")]);
    let sealed = records.seal(&place(1), &plain).unwrap();
    assert_eq!(
        records.open(&place(1), &sealed).map(|read| read.fields().clone()),
        Some(plain.fields().clone())
    );
    assert!(records.open(&place(2), &sealed).is_none());
    assert!(names.open(&place(1), &sealed).is_none());
    assert!(vault(2, "records").open(&place(1), &sealed).is_none());
    for bit in 0..sealed.len() * 8 {
        let mut other = sealed.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(records.open(&place(1), &other).is_none());
    }
    for cut in 0..sealed.len() {
        assert!(records.open(&place(1), &sealed[..cut]).is_none());
        assert!(records.open(&place(1), &sealed[cut + 1..]).is_none());
    }
    let both = Vault::new(&KeyRing::new(key(2)).and_read(key(1)).unwrap(), "records", entropy());
    assert!(both.open(&place(1), &sealed).is_some(), "S59: under the older key");
}

#[test]
fn a_fingerprint_is_stable_and_under_a_key_of_its_own() {
    let vault = |ring: &KeyRing, purpose| Vault::new(ring, purpose, entropy());
    let (old, both) = (KeyRing::new(key(1)), KeyRing::new(key(2)).and_read(key(1)).unwrap());
    let records = vault(&old, "records");
    assert_eq!(records.fingerprint(b"bob"), records.fingerprint(b"bob"));
    assert_ne!(records.fingerprint(b"bob"), records.fingerprint(b"eve"));
    assert_ne!(records.fingerprint(b"bob"), vault(&old, "owners").fingerprint(b"bob"));
    let after = vault(&both, "records");
    assert_ne!(after.fingerprint(b"bob"), records.fingerprint(b"bob"));
    let names: Vec<_> = after.fingerprints(b"bob").collect();
    assert_eq!(names, [after.fingerprint(b"bob"), records.fingerprint(b"bob")]);
}
