//! What a migration makes of a record, and what is sent to the store for it.

use std::sync::Arc;
use std::time::Duration;

use super::{Keys, Migration, MigrationError, Schema, Upgrade};
use crate::changes::{Changes, FieldChange, Merge, Refusal};
use crate::clock::Timestamp;
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, MetaChange, OpId, Record};

fn meta(version: u32, owner: Option<&str>) -> Meta {
    let now = Timestamp::from_millis(1000);
    let mut meta = Meta::new(now, Duration::from_secs(60), now.after(Duration::from_secs(600)));
    meta.schema = version;
    meta.owner = owner.map(Into::into);
    meta
}

fn record(version: u32, owner: Option<&str>, fields: &[(&str, &str)]) -> Arc<Record> {
    Arc::new(Record::new(meta(version, owner), fields.iter().copied().collect()))
}

fn schema(version: u32, migrate: &'static dyn super::Migrates) -> Schema {
    Schema { version, migrate: Some(migrate), owner: Some(Keys("user", &["login"])), impersonator: None }
}

fn fields(fields: &Fields) -> Vec<(String, String)> {
    fields.iter().map(|(key, json)| (key.to_owned(), String::from_utf8_lossy(json).into_owned())).collect()
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(key, json)| ((*key).to_owned(), (*json).to_owned())).collect()
}

fn upgrade(schema: &Schema, loaded: &Arc<Record>) -> Arc<Upgrade> {
    schema.upgrade(loaded).unwrap().unwrap()
}

fn changes(base: &Arc<Record>, of: &[(&'static str, Option<&str>, Merge)]) -> Changes {
    let mut values = Builder::default();
    let fields = of.iter().map(|(key, json, merge)| FieldChange {
        key: (*key).into(),
        value: json.map(|json| values.write(key.as_bytes(), |out| out.extend_from_slice(json.as_bytes()))),
        merge: merge.clone(),
    });
    Changes {
        op: OpId::next(),
        base: Some(Arc::clone(base)),
        fields: fields.collect(),
        values,
        wipe: None,
        exact: false,
        meta: MetaChange::default(),
        max_bytes: usize::MAX,
        decoded: None,
    }
}

fn euros_to_cents(session: &mut Migration) -> Result<(), MigrationError> {
    let euros: u64 = session.get("euros")?.unwrap_or_default();
    session.set("cents", &(euros * 100))?;
    session.rename("hits", "visits")
}

#[test]
fn t42_only_records_of_an_earlier_version_are_migrated_and_on_a_copy() {
    let schema = schema(2, &euros_to_cents);
    let stored = &[("euros", "3"), ("hits", "7"), ("cart.items", "[ 1 ]")];
    for version in [2, 3, u32::MAX] {
        assert!(schema.upgrade(&record(version, None, stored)).unwrap().is_none(), "{version}");
    }
    for version in [0, 1] {
        let loaded = record(version, None, stored);
        let upgrade = upgrade(&schema, &loaded);
        let expected = [("euros", "3"), ("cart.items", "[ 1 ]"), ("cents", "300"), ("visits", "7")];
        assert_eq!(fields(upgrade.record.fields()), pairs(&expected), "values are not spelt anew");
        assert_eq!(upgrade.record.meta().schema, 2);
        assert_eq!(fields(loaded.fields()), pairs(stored));
    }
    let undeclared = Schema { version: 0, migrate: None, owner: None, impersonator: None };
    assert!(undeclared.upgrade(&record(0, None, stored)).unwrap().is_none());
}

#[test]
fn t42_without_a_function_the_fields_are_read_as_they_are() {
    let schema = Schema { version: 3, migrate: None, owner: None, impersonator: None };
    let loaded = record(1, Some("7"), &[("a", "1")]);
    let upgrade = upgrade(&schema, &loaded);
    assert_eq!(upgrade.record.fields(), loaded.fields());
    let sent = upgrade.with(&changes(&upgrade.record, &[("b", Some("2"), Merge::LastWrite)]));
    let next = sent.apply(&loaded).unwrap();
    assert_eq!((next.meta().schema, next.meta().owner.as_deref()), (3, Some("7")));
}

#[test]
fn t42_a_migration_that_fails_or_panics_is_an_error() {
    let loaded = record(0, None, &[("euros", "\"three\""), ("a", "1"), ("b", "2")]);
    let why = |migrate| schema(1, migrate).upgrade(&loaded).unwrap_err().to_string();
    assert_eq!(why(&euros_to_cents), "field `euros`: it is stored as another type than was asked for");
    assert_eq!(why(&|_: &mut Migration| Err("no such country".into())), "no such country");
    assert_eq!(
        why(&|session: &mut Migration| session.rename("a", "b")),
        "field `b`: another field is to be renamed to it, and it is there"
    );
    assert_eq!(
        why(&|session: &mut Migration| session.set("x", &f64::NAN)),
        "field `x`: JSON cannot carry its new value"
    );
    for key in ["", "a\nb", &"k".repeat(1000)] {
        let key = key.to_owned();
        let set = Box::leak(Box::new(move |session: &mut Migration| session.set(&key, &1)));
        assert!(why(set).ends_with("no field can have this key"));
    }
    assert_eq!(why(&|_: &mut Migration| panic!("as the test asked")), "the function panicked");
}

#[test]
fn t42_what_is_written_is_what_the_migration_and_the_request_changed() {
    let loaded = record(0, None, &[("euros", "3"), ("hits", "7"), ("name", "\"ann\"")]);
    let upgrade = upgrade(&schema(2, &euros_to_cents), &loaded);
    let ours = changes(
        &upgrade.record,
        &[("name", Some("\"bob\""), Merge::LastWrite), ("visits", Some("8"), Merge::LastWrite)],
    );
    let next = upgrade.with(&ours).apply(&loaded).unwrap();
    let expected = [("euros", "3"), ("name", "\"bob\""), ("visits", "8"), ("cents", "300")];
    assert_eq!(fields(next.fields()), pairs(&expected));
    assert_eq!((next.meta().schema, next.meta().last_op), (2, ours.op));
    // what nobody changed may change meanwhile
    let meanwhile = record(0, None, &[("euros", "3"), ("hits", "7"), ("name", "\"eve\""), ("more", "1")]);
    assert_eq!(upgrade.with(&ours).apply(&meanwhile).unwrap().fields().get("more"), Some(&b"1"[..]));
}

#[test]
fn t42_what_the_migration_is_made_of_must_still_be_there() {
    let loaded = record(0, None, &[("euros", "3"), ("hits", "7"), ("name", "\"ann\"")]);
    let upgrade = upgrade(&schema(2, &euros_to_cents), &loaded);
    let ours = changes(&upgrade.record, &[("name", Some("\"bob\""), Merge::LastWrite)]);
    for meanwhile in [
        // a value that was moved, one that was only read, and one that was not there
        record(0, None, &[("euros", "3"), ("hits", "8")]),
        record(0, None, &[("euros", "4"), ("hits", "7")]),
        record(0, None, &[("euros", "3"), ("hits", "7"), ("cents", "5")]),
    ] {
        assert_eq!(upgrade.with(&ours).apply(&meanwhile).unwrap_err(), Refusal::Conflict);
    }
}

#[test]
fn t42_a_version_is_never_lowered_and_a_migration_meanwhile_is_no_change_of_a_field() {
    let loaded = record(1, None, &[("a", "1"), ("b", "1")]);
    let migrated = record(2, None, &[("a", "1"), ("c", "1")]);
    for merge in [Merge::LastWrite, Merge::Reject] {
        let ours = changes(&loaded, &[("b", Some("2"), merge)]);
        assert_eq!(ours.apply(&migrated).unwrap_err(), Refusal::Conflict, "`b` went elsewhere");
        assert!(ours.onto(&migrated).is_err(), "so the change would be lost");
    }
    let ours = changes(&loaded, &[("a", Some("2"), Merge::LastWrite)]);
    let next = ours.onto(&migrated).unwrap().apply(&migrated).unwrap();
    assert_eq!((fields(next.fields()), next.meta().schema), (pairs(&[("a", "2"), ("c", "1")]), 2));
    let mut lower = changes(&migrated, &[]);
    lower.meta.schema = Some(1);
    assert_eq!(lower.apply(&migrated).unwrap().meta().schema, 2);
}

#[test]
fn t42_a_migration_logs_nobody_in_and_nobody_out() {
    #[allow(clippy::type_complexity, reason = "a table")]
    let in_and_out: [(Option<&str>, &[(&str, &str)], &'static dyn super::Migrates, &str); 3] = [
        (
            Some("7"),
            &[("user", "7")],
            &|s: &mut Migration| {
                s.remove("user");
                Ok(())
            },
            "it took the owner away",
        ),
        (
            Some("7"),
            &[("user", "7")],
            &|s: &mut Migration| s.set("user", &None::<u8>),
            "it took the owner away",
        ),
        (None, &[("admin", "true")], &|s: &mut Migration| s.set("user", &1), "it made somebody the owner"),
    ];
    for (owner, stored, migrate, why) in in_and_out {
        assert_eq!(schema(1, migrate).upgrade(&record(0, owner, stored)).unwrap_err().to_string(), why);
    }
}

#[test]
fn t42_the_metadata_follow_the_owner_to_another_form() {
    let as_text = |session: &mut Migration| {
        let user: Option<u64> = session.get("login")?;
        session.remove("login");
        session.set("user", &user.map(|user| format!("u{user}")))
    };
    let as_text: &'static _ = Box::leak(Box::new(as_text));
    let loaded = record(0, Some("7"), &[("login", "7")]);
    let upgrade = upgrade(&schema(1, as_text), &loaded);
    assert_eq!(upgrade.record.meta().owner.as_deref(), Some("\"u7\""));
    let next = upgrade.with(&changes(&upgrade.record, &[])).apply(&loaded).unwrap();
    assert_eq!(next.meta().owner.as_deref(), Some("\"u7\""));
    // a logout by the request counts for more
    let mut out = changes(&upgrade.record, &[("user", Some("null"), Merge::LastWrite)]);
    out.meta.owner = Some(None);
    assert_eq!(upgrade.with(&out).apply(&loaded).unwrap().meta().owner, None);
}

#[test]
fn s72_a_migration_may_need_more_than_a_session_may_take() {
    let double = |session: &mut Migration| session.set("b", &"x".repeat(100));
    let double: &'static _ = Box::leak(Box::new(double));
    let loaded = record(0, None, &[("a", "1")]);
    let upgrade = upgrade(&schema(1, double), &loaded);
    let small = Changes { max_bytes: 50, ..changes(&upgrade.record, &[("a", Some("2"), Merge::LastWrite)]) };
    assert!(upgrade.with(&small).apply(&loaded).is_ok());
    let large = "y".repeat(30);
    let large =
        Changes { max_bytes: 50, ..changes(&upgrade.record, &[("a", Some(&large), Merge::LastWrite)]) };
    assert!(matches!(upgrade.with(&large).apply(&loaded).unwrap_err(), Refusal::TooLarge { .. }));
}

#[test]
fn t22_neither_a_migration_nor_its_error_shows_a_value() {
    let loaded = record(0, Some("\"canary\""), &[("user", "\"canary\""), ("a\u{1b}", "\"canary\"")]);
    let migration = Migration::of(&loaded);
    let wrong = migration.get::<u8>("a\u{1b}").unwrap_err();
    let upgrade = upgrade(&Schema { version: 1, migrate: None, owner: None, impersonator: None }, &loaded);
    let shown = format!("{migration:?} {wrong:?} {wrong} {upgrade:?}");
    assert!(!shown.contains("canary") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn t42_a_migration_that_changes_who_acts_as_whom_fails() {
    fn migrated(
        by: impl Fn(&mut Migration) -> Result<(), MigrationError> + Send + Sync + 'static,
        mark: &str,
    ) -> bool {
        let impersonator = Some(Keys("admin", &["support"]));
        let schema = Schema { impersonator, ..schema(1, Box::leak(Box::new(by))) };
        schema.upgrade(&record(0, Some("7"), &[("user", "8"), ("support", mark), ("note", "1")])).is_ok()
    }
    for mark in ["{\"user\":7}", "null"] {
        let is_on = mark != "null";
        assert!(migrated(|session| session.rename("note", "text"), mark));
        assert!(migrated(|session| session.rename("support", "admin"), mark), "the mark is the same");
        assert_eq!(migrated(|session| session.set("user", &"u8"), mark), !is_on);
        assert_eq!(migrated(|session| session.set("support", &None::<u8>), mark), !is_on);
        assert!(!migrated(|session| session.set("admin", &1), mark));
    }
    assert!(!migrated(
        |session| {
            session.remove("support");
            Ok(())
        },
        "{\"user\":7}"
    ));
}
