//! What a record becomes: every policy, alone and against another request's change.

mod typed;

use std::sync::Arc;
use std::time::Duration;

use super::Refusal::{self, Conflict};
use super::{Changes, FieldChange, Merge, Sum};
use crate::clock::Timestamp;
use crate::record::fields::Builder;
use crate::record::{Decoded, MemoBudget, Meta, MetaChange, OpId, Record};

fn record(fields: &[(&str, &str)]) -> Arc<Record> {
    let now = Timestamp::from_millis(1000);
    let meta = Meta::new(now, Duration::from_secs(60), now.after(Duration::from_secs(600)));
    Arc::new(Record::new(meta, fields.iter().copied().collect()))
}

type Change = (String, Option<String>, Merge);

fn change(key: &str, value: Option<&str>, merge: Merge) -> Change {
    (key.to_owned(), value.map(str::to_owned), merge)
}

fn changes(base: Option<&Arc<Record>>, fields: Vec<Change>) -> Changes {
    let mut values = Builder::default();
    let mut put = |key: &str, json: String| values.write(key.as_bytes(), |out| out.extend(json.into_bytes()));
    let fields = fields
        .into_iter()
        .map(|(key, value, merge)| FieldChange {
            value: value.map(|json| put(&key, json)),
            key: key.into(),
            merge,
        })
        .collect();
    Changes {
        op: OpId::next(),
        base: base.map(Arc::clone),
        fields,
        values,
        wipe: None,
        exact: false,
        meta: MetaChange::default(),
        max_bytes: usize::MAX,
        decoded: None,
    }
}

fn fields(record: &Record) -> Vec<(String, String)> {
    record.fields().iter().map(|(k, v)| (k.to_owned(), String::from_utf8(v.to_vec()).unwrap())).collect()
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// What becomes of field `f`: loaded as `base`, meanwhile `theirs`, and changed to `ours`.
fn meet(
    base: Option<&str>,
    theirs: Option<&str>,
    ours: Option<&str>,
    merge: Merge,
) -> Result<Option<String>, Refusal> {
    let with = |value: Option<&str>| record(&value.map(|v| ("f", v)).into_iter().collect::<Vec<_>>());
    let applied = changes(Some(&with(base)), vec![change("f", ours, merge)]).apply(&with(theirs))?;
    Ok(applied.fields().get("f").map(|v| String::from_utf8(v.to_vec()).unwrap()))
}

fn sum(delta: i128, default: i128, min: i128, max: i128) -> Merge {
    Merge::Add(Box::new(Sum { delta, default, min, max }))
}

#[test]
fn an_unchanged_field_takes_the_new_value_whatever_its_policy() {
    for merge in [Merge::LastWrite, sum(100, 0, 0, 255), Merge::YieldTo, Merge::Reject] {
        assert_eq!(meet(Some("1"), Some("1"), Some("2"), merge.clone()), Ok(Some("2".into())), "{merge:?}");
        assert_eq!(meet(Some("1"), Some("1"), None, merge.clone()), Ok(None), "{merge:?}");
        assert_eq!(meet(None, None, Some("2"), merge.clone()), Ok(Some("2".into())), "{merge:?}");
    }
}

#[test]
fn last_write_stands_over_another_change() {
    assert_eq!(meet(Some("1"), Some("5"), Some("2"), Merge::LastWrite), Ok(Some("2".into())));
    assert_eq!(meet(Some("1"), Some("5"), None, Merge::LastWrite), Ok(None));
    assert_eq!(meet(Some("1"), None, Some("2"), Merge::LastWrite), Ok(Some("2".into())));
    assert_eq!(meet(None, Some("5"), Some("2"), Merge::LastWrite), Ok(Some("2".into())));
}

#[test]
fn yield_to_leaves_what_another_request_set() {
    // a message was shown and is taken away; another one set meanwhile stays
    assert_eq!(meet(Some("[1]"), Some("[1]"), None, Merge::YieldTo), Ok(None));
    assert_eq!(meet(Some("[1]"), Some("[2]"), None, Merge::YieldTo), Ok(Some("[2]".into())));
    assert_eq!(meet(Some("[1]"), None, None, Merge::YieldTo), Ok(None));
}

#[test]
fn reject_refuses_any_other_change() {
    for (base, theirs) in [(Some("1"), Some("5")), (Some("1"), None), (None, Some("5"))] {
        assert_eq!(meet(base, theirs, Some("2"), Merge::Reject), Err(Conflict));
        assert_eq!(meet(base, theirs, None, Merge::Reject), Err(Conflict));
    }
}

#[test]
fn t34_add_sends_the_difference() {
    let add = |delta| sum(delta, 0, 0, u32::MAX.into());
    assert_eq!(meet(Some("1"), Some("10"), Some("3"), add(2)), Ok(Some("12".into())));
    assert_eq!(meet(Some("5"), Some("10"), Some("1"), add(-4)), Ok(Some("6".into())));
    // where there is no value, the base is the default
    assert_eq!(meet(None, Some("10"), Some("2"), add(2)), Ok(Some("12".into())));
    assert_eq!(meet(Some("1"), None, Some("3"), sum(2, 7, 0, 255)), Ok(Some("9".into())));
}

#[test]
fn add_saturates_at_the_bounds_of_the_type() {
    let (min64, max64) = (i64::MIN.to_string(), i64::MAX.to_string());
    let cases: [(&str, i128, i128, i128, &str); 9] = [
        ("250", 10, 0, 255, "255"),
        ("5", -10, 0, 255, "0"),
        ("255", 1, 0, 255, "255"),
        ("18446744073709551610", 10, 0, u64::MAX.into(), "18446744073709551615"),
        ("3", -10, 0, u64::MAX.into(), "0"),
        (&max64, 1, i64::MIN.into(), i64::MAX.into(), &max64),
        (&min64, -1, i64::MIN.into(), i64::MAX.into(), &min64),
        (&min64, i64::MAX.into(), i64::MIN.into(), i64::MAX.into(), "-1"),
        ("1", i128::MAX, i128::MIN, i128::MAX, "170141183460469231731687303715884105727"),
    ];
    for (stored, delta, min, max, expected) in cases {
        let met = meet(Some("0"), Some(stored), Some("1"), sum(delta, 0, min, max));
        assert_eq!(met, Ok(Some(expected.into())), "{stored} + {delta} within {min}..={max}");
    }
}

#[test]
fn add_to_what_is_no_number_of_its_type_is_a_conflict() {
    for stored in [
        "null",
        "\"5\"",
        "1.5",
        "1e3",
        "[1]",
        "",
        "5 6",
        "300",
        "-1",
        "99999999999999999999999999999999999999999",
    ] {
        assert_eq!(meet(Some("0"), Some(stored), Some("1"), sum(1, 0, 0, 255)), Err(Conflict), "{stored}");
    }
}

#[test]
fn fields_that_nobody_names_stay_and_keep_their_order() {
    let base = record(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let meanwhile = record(&[("x", "9"), ("a", "1"), ("b", "20"), ("c", "3")]);
    let ours = vec![
        change("c", None, Merge::LastWrite),
        change("d", Some("4"), Merge::LastWrite),
        change("a", Some("10"), Merge::LastWrite),
    ];
    let applied = changes(Some(&base), ours).apply(&meanwhile).unwrap();
    assert_eq!(fields(&applied), pairs(&[("x", "9"), ("a", "10"), ("b", "20"), ("d", "4")]));
}

#[test]
fn the_record_that_was_loaded_and_an_equal_copy_give_the_same() {
    let base = record(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let copy = record(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let ours = || {
        vec![
            change("a", Some("10"), Merge::Reject),
            change("b", None, Merge::YieldTo),
            change("c", Some("4"), sum(1, 0, 0, 3)),
            change("d", Some("5"), Merge::Reject),
            change("e", None, Merge::Reject),
        ]
    };
    let fast = changes(Some(&base), ours()).apply(&base).unwrap();
    let slow = changes(Some(&base), ours()).apply(&copy).unwrap();
    assert_eq!(fields(&fast), pairs(&[("a", "10"), ("c", "4"), ("d", "5")]));
    assert_eq!(fields(&fast), fields(&slow));
}

#[test]
fn without_a_loaded_record_what_is_stored_counts_as_another_change() {
    let stored = record(&[("a", "1"), ("n", "5")]);
    let ours = vec![change("a", Some("2"), Merge::LastWrite), change("n", Some("1"), sum(1, 0, 0, 255))];
    assert_eq!(fields(&changes(None, ours).apply(&stored).unwrap()), pairs(&[("a", "2"), ("n", "6")]));
    let refused = changes(None, vec![change("a", Some("2"), Merge::Reject)]);
    assert_eq!(refused.apply(&stored).map(drop), Err(Conflict));
    let new = changes(None, vec![change("z", Some("2"), Merge::Reject)]);
    assert_eq!(fields(&new.apply(&stored).unwrap()), pairs(&[("a", "1"), ("n", "5"), ("z", "2")]));
}

#[test]
fn one_conflict_refuses_all_changes() {
    let base = record(&[("a", "1"), ("b", "1")]);
    let meanwhile = record(&[("a", "1"), ("b", "2")]);
    let ours = vec![change("a", Some("9"), Merge::LastWrite), change("b", Some("9"), Merge::Reject)];
    assert_eq!(changes(Some(&base), ours).apply(&meanwhile).map(drop), Err(Conflict));
}

#[test]
fn t27_emptying_is_a_change_that_is_kept() {
    let base = record(&[("a", "1"), ("b", "2")]);
    let ours = vec![change("a", None, Merge::LastWrite), change("b", None, Merge::LastWrite)];
    let emptied = changes(Some(&base), ours).apply(&base).unwrap();
    assert!(emptied.fields().is_empty());
    let ours = vec![change("a", Some("null"), Merge::LastWrite)];
    let nulled = changes(Some(&base), ours).apply(&base).unwrap();
    assert_eq!(nulled.fields().get("a"), Some(&b"null"[..]));
}

#[test]
fn t33_without_changes_the_stored_fields_stay_whatever_was_loaded() {
    let meanwhile = record(&[("a", "2")]);
    let applied = changes(Some(&record(&[("a", "1")])), Vec::new()).apply(&meanwhile).unwrap();
    assert_eq!(fields(&applied), pairs(&[("a", "2")]));
}

#[test]
fn t30_a_wipe_takes_all_but_what_is_kept_and_what_is_set() {
    let base = record(&[("theme", "1"), ("cart", "[1]"), ("owner", "\"ann\"")]);
    // meanwhile the theme changed, and a section wrote a key that this request never saw
    let meanwhile =
        record(&[("theme", "2"), ("cart", "[1,2]"), ("owner", "\"ann\""), ("notes.text", "\"hers\"")]);
    let wipe = |keep: &'static [&'static str], set: Vec<Change>| {
        let mut changes = changes(Some(&base), set);
        changes.wipe = Some(keep.iter().map(|key| (*key).into()).collect());
        changes
    };
    let login = wipe(&["theme"], vec![change("owner", Some("\"bob\""), Merge::LastWrite)]);
    assert_eq!(fields(&login.apply(&meanwhile).unwrap()), pairs(&[("theme", "2"), ("owner", "\"bob\"")]));
    assert_eq!(fields(&login.apply(&base).unwrap()), pairs(&[("theme", "1"), ("owner", "\"bob\"")]));

    let kept_and_set = wipe(&["theme"], vec![change("theme", Some("3"), Merge::LastWrite)]);
    assert_eq!(fields(&kept_and_set.apply(&meanwhile).unwrap()), pairs(&[("theme", "3")]));
    assert!(wipe(&[], Vec::new()).apply(&meanwhile).unwrap().fields().is_empty());
}

#[test]
fn more_than_64_changes_are_each_applied_once() {
    let names: Vec<String> = (0..200).map(|n| format!("f{n}")).collect();
    // every other field is stored already
    let stored: Vec<(&str, &str)> = names.iter().step_by(2).map(|name| (name.as_str(), "0")).collect();
    let base = record(&stored);
    for current in [&base, &record(&stored)] {
        let set = names.iter().map(|name| change(name, Some("1"), Merge::Reject)).collect();
        let applied = changes(Some(&base), set).apply(current).unwrap();
        assert_eq!(applied.fields().iter().count(), 200);
        assert!(names.iter().all(|name| applied.fields().get(name) == Some(b"1")));
    }
    let removed = names.iter().map(|name| change(name, None, Merge::Reject)).collect();
    assert!(changes(Some(&base), removed).apply(&base).unwrap().fields().is_empty());
}

#[test]
fn metadata_changes_where_named_and_activity_never_moves_back() {
    let base = record(&[]);
    let mut ours = changes(Some(&base), Vec::new());
    let unchanged = ours.apply(&base).unwrap();
    assert_eq!(unchanged.meta(), &Meta { last_op: ours.op, ..base.meta().clone() });

    ours.meta.last_seen = Some(Timestamp::from_millis(500));
    ours.meta.owner = Some(Some("\"ann\"".into()));
    ours.meta.remembered = Some(true);
    let applied = ours.apply(&base).unwrap();
    assert_eq!(applied.meta().last_seen, Timestamp::from_millis(1000));
    assert_eq!(applied.meta().owner.as_deref(), Some("\"ann\""));
    assert!(applied.meta().remembered);
    assert_eq!(applied.meta().created, base.meta().created);

    ours.meta.owner = Some(None);
    ours.meta.last_seen = Some(Timestamp::from_millis(2000));
    let logged_out = ours.apply(&applied).unwrap();
    assert_eq!(logged_out.meta().owner, None);
    assert_eq!(logged_out.meta().last_seen, Timestamp::from_millis(2000));
}

#[test]
fn the_decoded_value_is_remembered_only_where_nobody_else_changed_anything() {
    let base = record(&[("a", "1")]);
    let mut ours = changes(Some(&base), vec![change("a", Some("2"), Merge::LastWrite)]);
    let budget = Arc::new(MemoBudget::new(100));
    ours.decoded = Some(Decoded { value: Arc::new(2_u8), bytes: 1, budget });
    assert_eq!(ours.apply(&base).unwrap().memo().get::<u8>().as_deref(), Some(&2));
    assert!(ours.apply(&record(&[("a", "1")])).unwrap().memo().get::<u8>().is_none());
}

#[test]
fn t30_a_field_that_is_set_in_a_wipe_is_put_whatever_its_policy() {
    let base = record(&[("n", "5"), ("x", "1")]);
    let meanwhile = record(&[("n", "5"), ("x", "2")]);
    let restart = || {
        let set = vec![change("n", Some("3"), sum(-2, 0, 0, 255)), change("x", Some("9"), Merge::Reject)];
        let mut changes = changes(Some(&base), set);
        changes.wipe = Some(Arc::from([]));
        changes
    };
    assert_eq!(fields(&restart().apply(&base).unwrap()), pairs(&[("n", "3"), ("x", "9")]));
    assert_eq!(fields(&restart().apply(&meanwhile).unwrap()), pairs(&[("n", "3"), ("x", "9")]));
}

/// Bytes of a record with these fields.
fn size(fields: &[(&str, &str)]) -> usize {
    record(fields).fields().size()
}

#[test]
fn s72_a_record_does_not_grow_beyond_the_limit() {
    let stored = record(&[("a", "1"), ("b", "22")]);
    let written = |json: &str, max_bytes| {
        let changes = changes(Some(&stored), vec![change("a", Some(json), Merge::LastWrite)]);
        Changes { max_bytes, ..changes }.apply(&stored).map(|next| next.fields().size())
    };
    let limit = size(&[("a", "123"), ("b", "22")]);
    assert_eq!(written("123", limit), Ok(limit));
    assert_eq!(written("1234", limit), Err(Refusal::TooLarge { bytes: limit + 1 }));
    // a limit that was lowered: it may stay as it is, and shrink
    assert_eq!(written("9", 1), Ok(stored.fields().size()));
    assert_eq!(written("12", 1), Err(Refusal::TooLarge { bytes: stored.fields().size() + 1 }));
}

#[test]
fn t29_what_another_request_added_counts() {
    let loaded = record(&[("a", "1")]);
    let theirs = record(&[("a", "1"), ("b", "12345")]);
    let limit = size(&[("a", "1"), ("b", "12345")]);
    let add = |key: &str, json: &str| {
        let changes = changes(Some(&loaded), vec![change(key, Some(json), Merge::LastWrite)]);
        Changes { max_bytes: limit, ..changes }
    };
    assert!(add("c", "1").apply(&loaded).is_ok());
    let bytes = size(&[("a", "1"), ("b", "12345"), ("c", "1")]);
    assert_eq!(add("c", "1").apply(&theirs).map(drop), Err(Refusal::TooLarge { bytes }));
    assert!(add("b", "1").apply(&theirs).is_ok(), "it takes their place");
    // what is wiped takes no room
    let wiping = Changes { wipe: Some(Arc::from([])), ..add("c", "1") };
    assert_eq!(fields(&wiping.apply(&theirs).unwrap()), pairs(&[("c", "1")]));
    // the core knows what it sent, though there is more of it than the store would take
    assert!(Changes { max_bytes: 0, ..add("c", "1") }.merge(&loaded).is_ok());
}
