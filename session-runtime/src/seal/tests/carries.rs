//! What comes out is what went in.

use super::{ID, NOW, Opened, Record, SCOPE, Timestamp, record, sealers};
use crate::record::{Fields, OpId};

fn there_and_back(record: &Record) {
    for (format, sealer) in sealers(&SCOPE) {
        let token = sealer.seal(&ID, record).unwrap();
        assert!(sealer.could_be(token.as_bytes()), "{format}");
        let Opened { id, record: opened, stale } = sealer.open(token.as_bytes(), NOW).expect(format);
        assert_eq!(id, ID, "{format}");
        assert_eq!(opened.fields(), record.fields(), "{format}");
        let mut expected = record.meta().clone();
        expected.last_op = OpId::from_u128(0);
        assert!(*opened.meta() == expected, "{format}: {:?}", opened.meta());
        assert!(!stale, "{format}");
    }
}

#[test]
fn an_empty_session() {
    there_and_back(&record(&[]));
}

#[test]
fn fields_byte_for_byte_and_in_their_order() {
    there_and_back(&record(&[
        ("z", "18446744073709551615"),
        ("min", "-9223372036854775808"),
        ("bigger", "1234567890123456789012345678901234567890"),
        ("a", "[]"),
        ("spelling", "[1.0,1e0,10E-1,{\"b\" : 1 ,\"a\":2,\"a\":3}]"),
        ("text", "\"\\u017d \u{17d} \\u0000 \\ud83d\\ude80 / \\/\""),
        ("null", "null"),
    ]));
}

#[test]
fn keys_of_any_kind() {
    there_and_back(&record(&[
        ("", "1"),
        ("exp", "2"),
        ("iat", "\"yesterday\""),
        ("nbf", "99999999999"),
        ("jti", "[]"),
        ("session", "{\"session\":null}"),
        ("fields", "3"),
        ("cart.items", "4"),
        ("ключ \u{1f680}\u{0}\n\"\\", "5"),
        ("__proto__", "6"),
    ]));
}

#[test]
fn metadata_to_the_millisecond() {
    let mut meta = record(&[]).meta().clone();
    meta.authenticated = Some(Timestamp::from_millis(NOW.as_millis() - 333));
    meta.remembered = true;
    meta.owner = Some("{\"id\":18446744073709551615,\"name\":\"\\u00e9é\"}".into());
    meta.schema = u32::MAX;
    meta.last_op = OpId::from_u128(77);
    there_and_back(&Record::new(meta.clone(), Fields::default()));
    meta.authenticated = Some(Timestamp::from_millis(0));
    meta.owner = Some("".into());
    meta.remembered = false;
    meta.schema = 1;
    there_and_back(&Record::new(meta, Fields::default()));
}

#[test]
fn as_much_as_a_cookie_holds() {
    let long = format!("\"{}\"", "x".repeat(2500));
    there_and_back(&record(&[("long", &long)]));
}
