//! Tags, and that what is told harms nobody.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Counters, Deadline, Event, Happened, LogKey, Observer, Reporter, TooShort};
use crate::token::Key;

fn key(n: u8) -> Key {
    Key::from_bytes([n; 32])
}

#[test]
fn s63_a_tag_is_the_same_for_one_key_and_another_for_another_secret() {
    let secrets = [&b"a secret of thirty-two bytes, 1."[..], b"a secret of thirty-two bytes, 2."];
    let [one, two] = secrets.map(|secret| LogKey::shared(secret).unwrap());
    let again = LogKey::shared(secrets[0]).unwrap();
    assert_eq!(one.tag(&key(1)), again.tag(&key(1)), "servers that share a key agree");
    let all: HashSet<_> =
        (0..100).flat_map(|n| [&one, &two, &LogKey::default()].map(|log| log.tag(&key(n)))).collect();
    assert_eq!(all.len(), 300);
    assert_eq!(LogKey::default().tag(&key(1)), LogKey::default().tag(&key(1)), "of one process");
    // fixed: a log of last year can be searched
    assert_eq!(one.tag(&key(1)).unwrap().to_string(), "a09d439a92edbb3c");
}

#[test]
fn s63_a_key_that_can_be_guessed_is_refused() {
    for length in [0, 1, 31] {
        assert_eq!(LogKey::shared(&vec![7; length]).unwrap_err(), TooShort);
    }
    assert_eq!(format!("{:?}", LogKey::shared(&[7; 32]).unwrap()), "LogKey(..)");
}

#[test]
fn t22_an_event_shows_its_tag_and_no_key() {
    let (tags, old, new) = (LogKey::default(), key(0xab), key(0xcd));
    let what = Happened::Rotated { fields: 1, bytes: 2 };
    let shown =
        format!("{:?}", Event { session: "Shop", tags: &tags, key: Some(&old), new: Some(&new), what });
    let [old_tag, new_tag] = [old, new].map(|key| tags.tag(&key).unwrap().to_string());
    assert!(shown.contains(&old_tag) && shown.contains(&new_tag) && shown.contains("Rotated"), "{shown}");
    assert!(!shown.contains("abab") && !shown.contains("171, 171"), "{shown}");
}

#[test]
fn t24_an_observer_that_panics_harms_nothing_and_is_asked_again() {
    struct Panics(AtomicUsize);
    impl Observer for Panics {
        fn observe(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("as the test asked");
        }
    }
    let observer = Arc::new(Panics(AtomicUsize::new(0)));
    let reporter = Reporter::new("Shop", LogKey::default(), Some(Arc::new(Arc::clone(&observer))));
    reporter.tell(Some(&key(1)), Happened::Destroyed);
    reporter.tell(None, Happened::Unknown);
    assert_eq!(observer.0.load(Ordering::Relaxed), 2);
}

#[test]
fn s65_every_event_is_counted_once_and_under_its_name() {
    let error = crate::Error::new(crate::error::Kind::Gone);
    let store = crate::error::StoreError::Full;
    let migration = crate::MigrationError::new("no");
    let all = [
        (Happened::Created { bytes: 3 }, "created"),
        (Happened::Loaded { bytes: 5 }, "loaded"),
        (Happened::Saved { fields: 1, bytes: 7 }, "saved"),
        (Happened::Touched, "touched"),
        (Happened::Rotated { fields: 1, bytes: 11 }, "rotated"),
        (Happened::Renewed { fields: 0, bytes: 17 }, "renewed"),
        (Happened::Destroyed, "destroyed"),
        (Happened::Expired { deadline: Deadline::Idle }, "expired_idle"),
        (Happened::Expired { deadline: Deadline::Absolute }, "expired_absolute"),
        (Happened::Unknown, "unknown"),
        (Happened::Replayed { rotated: true }, "replayed"),
        (Happened::Tampered, "tampered"),
        (Happened::Ambiguous, "ambiguous"),
        (Happened::Conflict, "conflicts"),
        (Happened::Gone, "gone"),
        (Happened::Refused { error: &error }, "refused"),
        (Happened::Denied { why: "no" }, "denied"),
        (Happened::Unavailable { error: &store }, "unavailable"),
        (Happened::CsrfRefused { why: "no" }, "csrf_refused"),
        (Happened::CsrfOutdated, "csrf_outdated"),
        (Happened::Unproved { destroys: true }, "unproved"),
        (Happened::Insecure, "insecure"),
        (Happened::CookieDropped, "cookies_dropped"),
        (Happened::TouchFailed { error: &error }, "touches_failed"),
        (Happened::ResendFailed { error: &error }, "touches_failed"),
        (Happened::RenewalFailed { error: &error }, "renewals_failed"),
        (Happened::ReindexFailed { error: &error }, "reindexes_failed"),
        (Happened::Migrated { from: 1, to: 2 }, "migrated"),
        (Happened::Unmigratable { error: &migration }, "unusable"),
        (Happened::Unusable { field: "user" }, "unusable"),
        (Happened::FieldReset { field: "size" }, "fields_reset"),
        (Happened::LostChange, "lost"),
        (Happened::DetachedFailed { why: "no" }, "lost"),
        (Happened::Revoked { count: 3 }, "revoked"),
        (Happened::Evicted { count: 2 }, "evicted"),
        (Happened::LimitRefused, "limit_refused"),
        (Happened::ImpersonationBegun, "impersonations_begun"),
        (Happened::ImpersonationEnded { returned: true }, "impersonations_ended"),
        (Happened::Swept { count: 13 }, "swept"),
    ];
    let counters = Arc::new(Counters::default());
    let reporter = Reporter::new("Shop", LogKey::default(), Some(Arc::new(Arc::clone(&counters))));
    for (what, name) in all {
        let before: Vec<_> = counters.snapshot().iter().collect();
        reporter.tell(Some(&key(1)), what);
        let after = counters.snapshot();
        let moved =
            after.iter().zip(before).filter(|(after, before)| after != before).map(|(after, _)| after.0);
        let moved: Vec<_> = moved.filter(|moved| !moved.starts_with("bytes_")).collect();
        assert_eq!(moved, [name], "{what:?}");
    }
    let counts = counters.snapshot();
    assert_eq!((counts.bytes_loaded, counts.bytes_written, counts.swept), (5, 3 + 7 + 11 + 17, 13));
}
