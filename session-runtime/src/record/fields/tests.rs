//! The buffer gives back what was put in, whatever it is.

use super::{Builder, Fields};

#[test]
fn fields_keep_their_order_and_their_bytes() {
    let fields: Fields = [("b", "1"), ("", "null"), ("ключ", "\"ü\""), ("a", "")].into_iter().collect();
    let all: Vec<_> = fields.iter().collect();
    let expected: [(&str, &[u8]); 4] = [("b", b"1"), ("", b"null"), ("ключ", "\"ü\"".as_bytes()), ("a", b"")];
    assert_eq!(all, expected);
    assert_eq!(fields.get("ключ"), Some("\"ü\"".as_bytes()));
    assert_eq!(fields.get("a"), Some(&b""[..]));
    assert_eq!(fields.get("c"), None);
    assert_eq!(fields.get("b\0"), None);
}

#[test]
fn no_field_is_empty() {
    assert!(Fields::default().is_empty());
    assert_eq!(Fields::default().size(), 0);
    assert_eq!(Fields::default().iter().count(), 0);
    let one: Fields = [("a", "1")].into_iter().collect();
    assert!(!one.is_empty());
    assert_eq!(one.size(), 8);
}

#[test]
fn what_does_not_fit_is_left_out_and_harms_no_neighbour() {
    let (longest, too_long) = ("k".repeat(65_535), "k".repeat(65_536));
    let fields: Fields = [("a", "1"), (&too_long, "2"), (&longest, "3"), ("b", "4")].into_iter().collect();
    assert_eq!(fields.get(&too_long), None);
    assert_eq!(fields.get(&longest), Some(&b"3"[..]));
    assert_eq!(fields.get("b"), Some(&b"4"[..]));
    assert_eq!(fields.iter().count(), 3);
}

#[test]
fn a_value_longer_than_a_key_may_be_is_kept() {
    let long = "x".repeat(100_000);
    let fields: Fields = [("a", long.as_str()), ("b", "1")].into_iter().collect();
    assert_eq!(fields.get("a").map(<[u8]>::len), Some(100_000));
    assert_eq!(fields.get("b"), Some(&b"1"[..]));
}

#[test]
fn a_builder_too_small_grows() {
    let mut builder = Builder::with_capacity(1);
    builder.push(b"key", b"value");
    assert_eq!(builder.finish().get("key"), Some(&b"value"[..]));
}

#[test]
fn t22_debug_names_keys_and_shows_no_value() {
    let fields: Fields = [("user", "\"canary\"")].into_iter().collect();
    assert_eq!(format!("{fields:?}"), "{\"user\"}");
}
