//! The policies that know the field's type, on the bytes of records.

use std::collections::{BTreeMap, BTreeSet};

use super::{change, changes, fields, meet, pairs, record, sum};
use crate::changes::Refusal::{self, Conflict};
use crate::changes::{Merge, Typed};
use crate::field::{Append, Max, Min, Policy, Reject, SessionField, Union, With};

/// The policy of a field whose default is `default`.
fn typed<T: SessionField, P: Policy<T>>(policy: P, default: &T) -> Merge {
    P::merge(|| Typed::new(policy, default, &[]))
}

// the signature is that of `with`
#[allow(clippy::trivially_copy_pass_by_ref)]
fn digits(base: &u32, theirs: &u32, ours: &u32) -> u32 {
    base * 100 + theirs * 10 + ours
}

fn list(items: &[u32]) -> Vec<u32> {
    items.to_vec()
}

/// What becomes of field `f` in the core, where a store left it.
fn meet_in_core(
    base: Option<&str>,
    theirs: Option<&str>,
    ours: Option<&str>,
    merge: Merge,
) -> Result<Option<String>, Refusal> {
    let with = |value: Option<&str>| record(&value.map(|v| ("f", v)).into_iter().collect::<Vec<_>>());
    let (base, theirs) = (with(base), with(theirs));
    let merged = changes(Some(&base), vec![change("f", ours, merge)]).onto(&theirs)?;
    // what was merged is put, since nobody changed it again
    let applied = merged.apply(&theirs)?;
    Ok(applied.fields().get("f").map(|v| String::from_utf8(v.to_vec()).unwrap()))
}

#[test]
fn t34_s69_each_policy_meets_what_another_request_changed() {
    // base, theirs, ours, what becomes of it
    let cases: Vec<(&str, &str, &str, Merge, &str)> = vec![
        ("1", "9", "5", typed(Max, &0), "9"),
        ("1", "5", "9", typed(Max, &0), "9"),
        ("9", "5", "3", typed(Min, &0), "3"),
        ("9", "3", "5", typed(Min, &0), "3"),
        ("[1,2,3]", "[2,3,4]", "[1,3,5]", typed(Union, &BTreeSet::<u32>::new()), "[3,4,5]"),
        ("[1,2,3]", "[2,3,4]", "[1,3,5]", typed(Union, &list(&[])), "[3,4,5]"),
        (
            r#"{"a":1,"b":1}"#,
            r#"{"a":1,"c":1}"#,
            r#"{"a":2,"b":1}"#,
            typed(Union, &BTreeMap::<String, u32>::new()),
            r#"{"a":2,"c":1}"#,
        ),
        ("[1]", "[1,2]", "[1,3]", typed(Append, &list(&[])), "[1,2,3]"),
        (r#""a""#, r#""ab""#, r#""ac""#, typed(Append, &String::new()), r#""abc""#),
    ];
    for (base, theirs, ours, merge, expected) in cases {
        let met = meet(Some(base), Some(theirs), Some(ours), merge.clone());
        assert_eq!(met, Ok(Some(expected.to_owned())), "{merge:?}");
        let met = meet_in_core(Some(base), Some(theirs), Some(ours), merge.clone());
        assert_eq!(met, Ok(Some(expected.to_owned())), "{merge:?}");
    }
}

#[test]
fn an_unchanged_field_takes_the_new_value_whatever_its_policy() {
    // nobody else changed it: a lesser value is put by `max`, and a shorter one by `append`
    for merge in [
        typed(Max, &0),
        typed(Min, &0),
        typed(Reject, &0),
        typed(With(digits), &0),
        typed(Union, &list(&[])),
        typed(Append, &list(&[])),
    ] {
        assert_eq!(meet(Some("5"), Some("5"), Some("3"), merge.clone()), Ok(Some("3".into())), "{merge:?}");
        assert_eq!(meet(None, None, Some("3"), merge.clone()), Ok(Some("3".into())), "{merge:?}");
    }
}

#[test]
fn where_there_was_no_value_the_base_is_the_default() {
    let union = || typed(Union, &list(&[1, 2]));
    assert_eq!(meet(None, Some("[1,2,3]"), Some("[2,4]"), union()), Ok(Some("[2,3,4]".into())));
    let append = || typed(Append, &list(&[1]));
    assert_eq!(meet(None, Some("[1,2]"), Some("[1,3]"), append()), Ok(Some("[1,2,3]".into())));
    assert_eq!(meet(None, Some("[1,2]"), Some("[3]"), append()), Err(Conflict));
    assert_eq!(meet_in_core(None, Some("2"), Some("3"), typed(With(digits), &7)), Ok(Some("723".into())));
}

#[test]
fn where_there_is_no_value_any_more_theirs_is_the_default() {
    assert_eq!(meet(Some("1"), None, Some("3"), typed(Max, &7)), Ok(Some("7".into())));
    assert_eq!(meet(Some("1"), None, Some("3"), typed(Min, &7)), Ok(Some("3".into())));
    assert_eq!(meet(Some("[1]"), None, Some("[1,2]"), typed(Append, &list(&[]))), Ok(Some("[2]".into())));
    assert_eq!(meet(Some("[1]"), None, Some("[1,2]"), typed(Union, &list(&[8]))), Ok(Some("[8,2]".into())));
    assert_eq!(meet_in_core(Some("1"), None, Some("3"), typed(With(digits), &7)), Ok(Some("173".into())));
}

#[test]
fn more_than_a_new_tail_is_refused_by_append() {
    for ours in ["[]", "[2]", "[2,1]"] {
        let append = typed(Append, &list(&[]));
        assert_eq!(meet(Some("[1]"), Some("[1,2]"), Some(ours), append.clone()), Err(Conflict));
        assert_eq!(meet_in_core(Some("[1]"), Some("[1,2]"), Some(ours), append), Err(Conflict));
    }
}

#[test]
fn a_function_of_the_user_runs_in_the_core_alone() {
    let with = || typed(With(digits), &0);
    assert_eq!(meet(Some("1"), Some("2"), Some("3"), with()), Err(Conflict));
    assert_eq!(meet_in_core(Some("1"), Some("2"), Some("3"), with()), Ok(Some("123".into())));
}

#[test]
fn what_does_not_decode_is_a_conflict() {
    for stored in ["", "nul", "\"x\"", "-1", "[1", "4294967296"] {
        for merge in [typed(Max, &0_u32), typed(Min, &0_u32), typed(With(digits), &0_u32)] {
            let met = meet_in_core(Some("1"), Some(stored), Some("3"), merge.clone());
            assert_eq!(met, Err(Conflict), "{stored} {merge:?}");
            let met = meet(Some(stored), Some("2"), Some("3"), merge.clone());
            assert_eq!(met, Err(Conflict), "{stored} {merge:?}");
        }
        for merge in [typed(Union, &list(&[])), typed(Append, &list(&[]))] {
            assert_eq!(meet(Some("[]"), Some(stored), Some("[3]"), merge), Err(Conflict), "{stored}");
        }
    }
}

#[test]
fn what_cannot_be_written_is_a_conflict() {
    let infinite = With(|_: &f64, _: &f64, _: &f64| f64::INFINITY);
    assert_eq!(meet_in_core(Some("1"), Some("2"), Some("3"), typed(infinite, &0.0)), Err(Conflict));
    // a default that cannot be written matters only where it is needed
    let append = || typed(Append, &vec![f64::NAN]);
    assert_eq!(meet(Some("[]"), Some("[1.0]"), Some("[2.0]"), append()), Ok(Some("[1.0,2.0]".into())));
    assert_eq!(meet(None, Some("[1.0]"), Some("[2.0]"), append()), Err(Conflict));
}

#[test]
fn a_field_that_another_request_moved_to_its_present_key_is_merged_with_what_was_loaded() {
    let base = record(&[("old", "[1]")]);
    let moved = record(&[("f", "[1,2]")]);
    let append = Append::merge_of(&["older", "old"]);
    let ours = vec![change("old", None, Merge::LastWrite), change("f", Some("[1,3]"), append)];
    let applied = changes(Some(&base), ours).apply(&moved).unwrap();
    assert_eq!(fields(&applied), pairs(&[("f", "[1,2,3]")]));
}

impl Append {
    fn merge_of(aliases: &'static [&'static str]) -> Merge {
        Merge::Append(Box::new(Typed::new(Self, &list(&[]), aliases)))
    }
}

#[test]
fn s69_in_the_core_every_field_is_merged_by_its_own_policy() {
    let base = record(&[("n", "1"), ("w", "1"), ("l", "1"), ("m", "[1]"), ("other", "1")]);
    let theirs = record(&[("n", "10"), ("w", "2"), ("l", "2"), ("m", "[2]"), ("other", "2")]);
    let ours = vec![
        change("n", Some("3"), sum(2, 0, 0, 255)),
        change("w", Some("3"), typed(With(digits), &0)),
        change("l", Some("3"), Merge::LastWrite),
        change("m", None, Merge::YieldTo),
        change("new", Some("3"), Merge::Reject),
    ];
    let ours = changes(Some(&base), ours);
    assert!(ours.can_merge());
    assert_eq!(ours.apply(&theirs).map(drop), Err(Conflict));
    let merged = ours.onto(&theirs).unwrap();
    let expected = [("n", "12"), ("w", "123"), ("l", "3"), ("m", "[2]"), ("other", "2"), ("new", "3")];
    assert_eq!(fields(&merged.apply(&theirs).unwrap()), pairs(&expected));

    // what changed since is met again: a difference is added, and the function is left to the core
    let since = record(&[("n", "20"), ("w", "2"), ("l", "2"), ("m", "[2]")]);
    let expected = [("n", "22"), ("w", "123"), ("l", "3"), ("m", "[2]"), ("new", "3")];
    assert_eq!(fields(&merged.apply(&since).unwrap()), pairs(&expected));
    let since = record(&[("n", "20"), ("w", "4"), ("l", "2"), ("m", "[2]")]);
    assert_eq!(merged.apply(&since).map(drop), Err(Conflict));
    assert_eq!(ours.onto(&since).unwrap().apply(&since).unwrap().fields().get("w"), Some(&b"143"[..]));
}

#[test]
fn in_the_core_one_refusal_refuses_all() {
    let base = record(&[("w", "1"), ("r", "1")]);
    let theirs = record(&[("w", "2"), ("r", "2")]);
    let ours = vec![change("w", Some("3"), typed(With(digits), &0)), change("r", Some("3"), Merge::Reject)];
    assert!(changes(Some(&base), ours).onto(&theirs).is_err());
}

#[test]
fn t30_a_field_that_is_set_in_a_wipe_is_put_in_the_core_too() {
    let base = record(&[("w", "1"), ("kept", "1")]);
    let theirs = record(&[("w", "2"), ("kept", "2")]);
    let with = || typed(With(digits), &0);
    let mut ours =
        changes(Some(&base), vec![change("w", Some("3"), with()), change("kept", Some("3"), with())]);
    ours.wipe = Some(["kept".into()].into_iter().collect());
    let merged = ours.onto(&theirs).unwrap();
    assert_eq!(fields(&merged.apply(&theirs).unwrap()), pairs(&[("w", "3"), ("kept", "123")]));
}

#[test]
fn t22_nothing_of_a_value_is_shown() {
    let shown = format!("{:?}", typed(Max, &"hidden".to_owned()));
    assert_eq!(shown, "Max(Typed(..))");
}
