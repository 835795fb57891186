use super::{Expiring, Perishable, Term};
use crate::clock::Timestamp;
use crate::field::{Access, EncodeError, Secret, Timed};

fn term(now: u64, ttl: u64) -> Term {
    Term { now: Timestamp::from_millis(now), latest: Timestamp::from_millis(now.saturating_add(ttl)) }
}

/// A value that was loaded with this deadline.
fn stored(value: u32, deadline: u64) -> Expiring<u32> {
    read(&format!(r#"{{"value":{value},"expires":{deadline}}}"#)).expect("a value as stored")
}

fn read<T: Perishable>(json: &str) -> Option<Expiring<T>> {
    Expiring::decode(json.as_bytes()).ok()
}

fn written<T: Perishable>(value: &Expiring<T>) -> Result<String, EncodeError> {
    let mut json = Vec::new();
    value.encode(&mut json).map(|()| String::from_utf8(json).unwrap())
}

fn deadline(value: &Expiring<u32>) -> Option<u64> {
    value.deadline().map(Timestamp::as_millis)
}

/// `value` as a request hands it in that began with `base`.
fn handed_in(mut value: Expiring<u32>, base: &Expiring<u32>, now: u64, ttl: u64) -> Expiring<u32> {
    value.begin(base, term(now, ttl));
    value
}

#[test]
fn what_it_holds() {
    let mut code = Expiring::default();
    assert_eq!((code.get(), code.is_some(), code.deadline()), (None, false, None));
    code.set(7);
    assert_eq!((code.get(), code.is_some(), code.deadline()), (Some(&7), true, None));
    *code.get_mut().unwrap() += 1;
    assert_eq!((code.take(), code.take(), code.get_mut()), (Some(8), None, None));
    code.set(9);
    code.clear();
    assert!(code == Expiring::default() && code != Expiring::new(9));
    assert!(Expiring::new(9) == stored(9, 1), "the deadline is not compared");
}

#[test]
fn t22_debug_shows_no_value() {
    assert_eq!(
        format!("{:?} {:?}", Expiring::new(271_828), Expiring::<u32>::default()),
        "Expiring(..) Expiring"
    );
}

#[test]
fn it_is_stored_as_a_value_and_when_it_expires() {
    let code = handed_in(Expiring::new(7), &Expiring::default(), 1000, 500);
    assert_eq!(written(&code).unwrap(), r#"{"value":7,"expires":1500}"#);
    assert_eq!(written(&Expiring::<u32>::default()).unwrap(), "null");
    let mut secret = Expiring::new(Secret::new("a\"b".to_owned()));
    secret.begin(&Expiring::default(), term(1, 2));
    assert_eq!(written(&secret).unwrap(), r#"{"value":"a\"b","expires":3}"#);
}

#[test]
fn it_is_as_secret_as_what_it_holds() {
    fn is_secret<T: Perishable>() -> bool {
        let get: fn(&Expiring<T>) -> &Expiring<T> = |all| all;
        Access::secret(&Timed { get, get_mut: |all| all, rejects: false })
    }
    assert!(is_secret::<Secret<u32>>() && !is_secret::<u32>());
}

#[test]
fn what_is_no_value_with_a_deadline_does_not_decode() {
    for (json, expected) in [
        ("null", Some(None)),
        (r#"{"value":7,"expires":1}"#, Some(Some(7))),
        (r#" { "expires" : 18446744073709551615, "later": [1], "value" : 7 } "#, Some(Some(7))),
        ("7", None),
        ("{}", None),
        (r#"{"value":7}"#, None),
        (r#"{"expires":7}"#, None),
        (r#"{"value":7,"expires":null}"#, None),
        (r#"{"value":7,"expires":-1}"#, None),
        (r#"{"value":7,"expires":1.5}"#, None),
        (r#"{"value":7,"expires":18446744073709551616}"#, None),
        (r#"{"value":7,"expires":"1"}"#, None),
        (r#"{"value":"7","expires":1}"#, None),
        (r#"{"value":7,"expires":1,"expires":2}"#, None),
        (r#"{"value":7,"expires":1"#, None),
        ("", None),
    ] {
        assert_eq!(read(json).map(|value: Expiring<u32>| value.get().copied()), expected, "{json}");
    }
}

#[test]
fn what_was_not_handed_in_is_not_written_without_a_deadline() {
    assert_eq!(written(&Expiring::new(7)), Err(EncodeError::NoDeadline));
}

#[test]
fn a_value_that_json_cannot_carry_is_told_from_one_that_it_can() {
    let mut number = Expiring::new(f64::NAN);
    number.begin(&Expiring::default(), term(1, 2));
    assert_eq!(written(&number), Err(EncodeError::NotFinite));
}

#[test]
fn its_time_begins_when_what_was_set_is_handed_in() {
    let old = stored(7, 900);
    // what the request made of `old`, and its deadline when handed in at 1000 with a `ttl` of 500
    let mut changed = old.clone();
    *changed.get_mut().unwrap() = 8;
    for (what, made, expected) in [
        ("nothing", old.clone(), Some(900)),
        ("changed in place", changed, Some(900)),
        ("set again", Expiring::new(8), Some(1500)),
        ("set again to the same", Expiring::new(7), Some(1500)),
        ("cleared", Expiring::default(), None),
        ("taken from elsewhere", stored(7, 1200), Some(1200)),
        ("taken from where values last longer", stored(7, 9000), Some(1500)),
    ] {
        let same = made.same(&old);
        assert_eq!(deadline(&handed_in(made, &old, 1000, 500)), expected, "{what}");
        assert_eq!(same, what == "nothing", "{what}");
    }
    assert_eq!(deadline(&handed_in(Expiring::new(7), &old, u64::MAX, 500)), Some(u64::MAX));
}

#[test]
fn what_was_handed_in_before_keeps_the_time_that_began_then() {
    let copy = Expiring::new(7);
    let first = handed_in(copy.clone(), &Expiring::default(), 1000, 500);
    assert!(first.same(&copy), "the copy was not told");
    assert_eq!(deadline(&handed_in(copy.clone(), &first, 1400, 500)), Some(1500));

    let mut changed = copy.clone();
    *changed.get_mut().unwrap() = 8;
    assert!(!first.same(&changed));
    assert_eq!(deadline(&handed_in(changed, &first, 1400, 500)), Some(1500));

    let mut again = copy;
    again.set(7);
    assert!(!first.same(&again));
    assert_eq!(deadline(&handed_in(again, &first, 1400, 500)), Some(1900));
}

#[test]
fn t35_it_is_gone_at_its_deadline_and_no_clock_makes_it_last_longer() {
    // now, ttl, stored deadline; the deadline that is left
    for (now, ttl, expires, left) in [
        (1000, 500, 1001, Some(1001)),
        (1000, 500, 1000, None),
        (1000, 500, 999, None),
        (1000, 500, 0, None),
        (1000, 500, 1500, Some(1500)),
        // the clock was set back, or whoever wrote it has another
        (1000, 500, 1501, Some(1500)),
        (0, 500, u64::MAX, Some(500)),
        (1000, 500, u64::MAX, Some(1500)),
        (u64::MAX - 1, 500, u64::MAX, Some(u64::MAX)),
        (u64::MAX, 500, u64::MAX, None),
        (0, 500, 0, None),
    ] {
        let mut value = stored(7, expires);
        assert_eq!(value.exceeds(term(now, ttl)), left != Some(expires), "{expires} at {now}");
        value.limit(term(now, ttl));
        assert_eq!(deadline(&value), left, "{expires} at {now}");
        assert_eq!(value.is_some(), left.is_some());
        assert!(!value.exceeds(term(now, ttl)));
    }
    let mut fresh = Expiring::new(7);
    fresh.limit(term(u64::MAX, 0));
    assert!(!fresh.exceeds(term(u64::MAX, 0)) && fresh.is_some(), "it has no deadline yet");
}
