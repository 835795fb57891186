//! Whatever the core hands over comes back byte for byte.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::clock::Timestamp;
use crate::record::OpId;
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{Write, at, fields, id, key, meta, record, value};
use crate::store::{Key, Meta, Record, Rotated, Store, Touched, Updated};

/// JSON that does not survive being parsed and printed by whoever believes that numbers are floats, that an empty list is
/// an empty table, or that blanks and the order of keys mean nothing.
fn delicate() -> Vec<(String, String)> {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let deep_objects = format!("{}0{}", "{\"a\":".repeat(100), "}".repeat(100));
    let values = [
        "18446744073709551615",
        "-9223372036854775808",
        "340282366920938463463374607431768211455",
        "9007199254740993",
        "0.1",
        "1.0",
        "-0.0",
        "1E5",
        "1e-320",
        "5e-324",
        "1.7976931348623157e308",
        "[]",
        "{}",
        "[[],{},[{}]]",
        "null",
        "true",
        "\"\"",
        "\" \"",
        r#""\u0000\u001f\"\\\/""#,
        r#""\ud83e\udd80""#,
        "\"\u{1f980}é\u{2028}\u{feff}\"",
        r#"{"b":1,"a":2,"b":3}"#,
        r#"{"__proto__":{"a":1},"":null}"#,
        "[1, 2,\t3 ]",
        "{ \"a\" : [ ] }",
        &deep,
        &deep_objects,
    ];
    values.into_iter().enumerate().map(|(n, json)| (format!("f{n}"), json.to_owned())).collect()
}

fn record_of(fields: &[(String, String)]) -> Arc<Record> {
    Arc::new(Record::new(meta(), fields.iter().map(|(k, v)| (k, v)).collect()))
}

async fn comes_back<S: Store>(store: &Subject<S>, fields_in: &[(String, String)]) {
    store.created(&key(1), record_of(fields_in)).await;
    let found = fields(&store.record(&key(1)).await);
    for (field, json) in fields_in {
        assert!(found.get(field) == Some(json), "{field:?} came back otherwise than {json:.80}");
    }
    assert_eq!(found.len(), fields_in.len());
}

/// What a value means is not a store's business.
pub async fn json_is_kept_byte_for_byte<S: Store>(store: Subject<S>) {
    if store.has_room(record_of(&delicate()).fields()) {
        comes_back(&store, &delicate()).await;
    }
}

/// Fields that an operation does not mention go through it untouched: those of other sections, and of other versions of
/// the application.
pub async fn json_is_kept_byte_for_byte_through_every_operation<S: Store>(store: Subject<S>) {
    let delicate = record_of(&delicate());
    if !store.has_room(delicate.fields()) {
        return;
    }
    let mut loaded = store.created(&key(1), delicate).await;
    let expected = fields(&loaded);
    for n in 1..4 {
        let changes = Write::after(&loaded).put("more", "1").build();
        assert_eq!(store.update(&key(n), &changes).await, Updated::Applied);
        assert_eq!(store.touch(&key(n), at(n)).await, Touched::Touched);
        let changes = Write::after(&store.record(&key(n)).await).remove("more").build();
        assert_eq!(store.rotate(&key(n), &key(n + 1), &changes, at(60)).await, Rotated::Rotated);
        loaded = store.record(&key(n + 1)).await;
        assert_eq!(fields(&loaded), expected);
    }
}

/// As large as the core lets a record be unless it is told otherwise.
pub async fn values_of_64_kib_are_kept<S: Store>(store: Subject<S>) {
    let text = |unit: &str, times| format!("\"{}\"", unit.repeat(times));
    // two of them, with their quotes
    let room = store.room(2 * 65_536 + 64) / 2 - 34;
    comes_back(&store, &[("ascii".into(), text("x", room)), ("crab".into(), text("\u{1f980}", room / 4))])
        .await;
    let grown = text("yz", room / 2);
    let changes = Write::after(&store.record(&key(1)).await).put("ascii", &grown).build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    assert!(value(&store.record(&key(1)).await, "ascii") == grown);
}

/// No name of a field means anything to a store (PA-35).
pub async fn strange_keys_are_kept<S: Store>(store: Subject<S>) {
    let names = "|a|A| |a b|a.b|a:b|*|?|[a]|$|{}|%s|\"|\\|'|\n|\r\n|\t|\0|é|e\u{301}|\u{1f980}|\u{feff}|../x|/|__proto__\
                 |constructor|meta|fields|format|key|tombstone|created|owner|null|0|-1";
    let long = "k".repeat(1000);
    let names = names.split('|').chain([&*long]);
    let fields: Vec<_> = names.enumerate().map(|(n, name)| (name.to_owned(), n.to_string())).collect();
    let grown: Vec<_> = fields.iter().map(|(name, n)| (name.clone(), format!("[{n}]"))).collect();
    if !store.has_room(record_of(&grown).fields()) {
        return;
    }
    comes_back(&store, &fields).await;
    for (name, n) in &fields {
        let changes = Write::after(&store.record(&key(1)).await).put(name, &format!("[{n}]")).build();
        assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    }
    let found = store.record(&key(1)).await;
    assert!(fields.iter().all(|(name, n)| value(&found, name) == format!("[{n}]")));
}

/// A session of many small parts.
pub async fn a_thousand_fields_are_kept<S: Store>(store: Subject<S>) {
    let count = store.room(18_000) / 18;
    let fields: Vec<_> = (0..count).map(|n| (format!("field-{n}"), n.to_string())).collect();
    comes_back(&store, &fields).await;
}

/// Every part of it, at its extremes.
pub async fn metadata_is_kept<S: Store>(store: Subject<S>) {
    let mut full = meta();
    full.authenticated = Some(at(1));
    full.issued = at(3);
    full.last_seen = at(2);
    full.remembered = true;
    full.owner = Some(r#"{"id":18446744073709551615,"name":"\u0000 é"}"#.into());
    full.schema = 7;
    full.last_op = OpId::next();
    keeps(&store, [full, meta()]).await;
}

/// Also where it means a session that never ends.
pub async fn metadata_at_its_bounds_is_kept<S: Store>(store: Subject<S>) {
    if !store.keeps_endless_records() {
        return;
    }
    let mut extreme = meta();
    extreme.authenticated = Some(Timestamp::from_millis(u64::MAX));
    extreme.created = Timestamp::from_millis(0);
    extreme.issued = Timestamp::from_millis(u64::MAX);
    extreme.expires = Timestamp::from_millis(u64::MAX);
    extreme.idle = Duration::from_secs(100 * 365 * 24 * 3600);
    extreme.owner = Some("\"\"".into());
    extreme.schema = u32::MAX;
    extreme.last_op = OpId::from_u128(u128::MAX);
    keeps(&store, [extreme]).await;
}

async fn keeps<S: Store>(store: &Subject<S>, metas: impl IntoIterator<Item = Meta>) {
    for (n, meta) in metas.into_iter().enumerate() {
        let key = key(n as u64);
        store.created(&key, Arc::new(Record::new(meta.clone(), fields_of_one()))).await;
        assert_eq!(*store.record(&key).await.meta(), meta);
    }
}

fn fields_of_one() -> crate::store::Fields {
    [("a", "1")].into_iter().collect()
}

/// Whoever reads the store learns no id. Looks only where the store offers a dump.
pub async fn s10_t1_no_id_is_found_in_what_is_kept<S: Store>(store: Subject<S>) {
    let loaded = store.created(&key(1), record(&[("a", "1")])).await;
    store.created(&key(3), record(&[("a", "1")])).await;
    let changes = Write::after(&loaded).put("a", "2").build();
    assert_eq!(store.update(&key(1), &changes).await, Updated::Applied);
    let changes = Write::after(&store.record(&key(1)).await).put("a", "3").build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(60)).await, Rotated::Rotated);
    store.delete(&key(3), at(60)).await;
    let Some(dump) = store.dumped() else { return };
    for id in [id(1), id(2), id(3)] {
        let hex = Key::from_bytes(id).to_hex();
        for text in [&id[..], URL_SAFE_NO_PAD.encode(id).as_bytes(), STANDARD_NO_PAD.encode(id).as_bytes()] {
            assert!(!dump.windows(text.len()).any(|part| part == text), "an id is in the dump");
        }
        assert!(!dump.to_ascii_lowercase().windows(64).any(|part| part == hex.as_bytes()));
    }
}
