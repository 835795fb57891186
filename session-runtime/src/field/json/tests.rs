//! What `serde_json` writes, byte for byte; and what it should not have written.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{EncodeError, write};

fn written<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
    let mut out = b"before".to_vec();
    write(value, &mut out)?;
    let text = String::from_utf8(out).unwrap();
    Ok(text.strip_prefix("before").unwrap().to_owned())
}

/// The same text, or an error from both.
fn same<T: Serialize + ?Sized>(value: &T) {
    match serde_json::to_string(value) {
        Ok(text) => assert_eq!(written(value).unwrap(), text),
        Err(_) => assert_eq!(written(value), Err(EncodeError::NotJson)),
    }
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Newtype(u32);

#[derive(Serialize)]
struct Pair(u8, String);

#[derive(Serialize)]
struct Named {
    a: u8,
    #[serde(rename = "a key that is longer than what is written in one go")]
    long: Option<bool>,
    #[serde(rename = "quote \" and \\ and \n")]
    strange: (),
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, i64>,
}

#[derive(Serialize)]
enum Kind {
    Unit,
    New(f32),
    Tuple(u8, i8),
    Struct {
        x: char,
        y: Vec<Kind>,
    },
    #[serde(rename = "q\"")]
    Quoted,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "of")]
enum Tagged {
    A { n: u128 },
    B(String),
}

struct Shown;

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} \"and\" {}", 1, 2))
    }
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&[0, 9, 255])
    }
}

struct Fails;

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

#[test]
fn every_kind_of_value_is_written_as_serde_json_does() {
    let named = |skipped| Named {
        a: 200,
        long: None,
        strange: (),
        skipped,
        rest: [("x".into(), i64::MIN), ("\u{1}".into(), 0)].into(),
    };
    same(&Unit);
    same(&Empty {});
    same(&Newtype(7));
    same(&Pair(9, "é\u{2028}".into()));
    same(&named(None));
    same(&named(Some(10)));
    same(&[Kind::Unit, Kind::New(0.1), Kind::Tuple(1, -1), Kind::Quoted]);
    same(&Kind::Struct { x: '\u{7f}', y: vec![Kind::Unit, Kind::Struct { x: '"', y: vec![] }] });
    same(&(Tagged::A { n: u128::MAX }, Tagged::B(String::new())));
    same(&(Shown, Bytes));
    same(&((), [(); 0], (1,), [[1, 2], [3, 4]], Some(Some(1)), None::<u8>));
    same(&(true, false, 'a', '\\', i128::MIN, u128::MAX, i8::MIN, u16::MAX, i16::MIN, u64::MAX, i64::MIN));
    same(&(0_u8, 9_u8, 10_u8, 99_u8, 100_u8, 255_u8, u32::MAX, i32::MIN));
    for number in [0.0, -0.0, 1.0, 0.1, 1e300, f64::MIN_POSITIVE, f64::MAX, 123_456_789.125] {
        same(&number);
    }
    for number in [0.0, -0.0, 1.0, 0.1, f32::MIN_POSITIVE, f32::MAX] {
        same(&number);
    }
    same(&json!({"a": [1, 2.5, null, {"b": "c"}], "": -1, "big": u64::MAX}));
    same(&Fails);
    same(&[Some(Fails)]);
}

#[test]
fn every_string_is_written_as_serde_json_does() {
    for byte in 0..=0x10_FFFF_u32 {
        // all of the first plane's beginning, and some of the rest
        if byte < 0x800 || byte % 997 == 0 {
            same(&char::from_u32(byte));
        }
    }
    for length in 0..40 {
        same(&"x".repeat(length));
        for at in 0..length {
            for special in ["\"", "\\", "\n", "\u{1f}", " ", "\u{7f}", "é", "\u{80}"] {
                same(&format!("{}{special}{}", "x".repeat(at), "~".repeat(length - at)));
            }
        }
    }
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unit,
    New(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Wrapped(u8);

/// A map whose key is a float.
struct Float(f64);

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, ())])
    }
}

#[test]
fn keys_are_written_as_serde_json_does() {
    same(&HashMap::from([(1_u8, 1)]));
    same(&BTreeMap::from([(-1_i64, 1), (i64::MAX, 2)]));
    same(&BTreeMap::from([(u128::MAX, 1)]));
    same(&BTreeMap::from([(true, 1), (false, 2)]));
    same(&BTreeMap::from([('"', 1)]));
    same(&BTreeMap::from([("a \n key".to_owned(), 1)]));
    same(&BTreeMap::from([(Some("a"), 1)]));
    same(&BTreeMap::from([(None::<u8>, 1)]));
    same(&BTreeMap::from([((), 1)]));
    same(&BTreeMap::from([((1, 2), 1)]));
    same(&BTreeMap::from([(vec![1], 1)]));

    same(&BTreeMap::from([(Wrapped(1), 1)]));
    for key in [Key::Unit, Key::New(1), Key::Tuple(1, 2), Key::Struct { a: 1 }] {
        same(&BTreeMap::from([(key, 1)]));
    }
    same(&Float(0.5));
    assert_eq!(written(&Float(f64::NAN)), Err(EncodeError::NotFinite));
}

#[test]
fn what_is_json_already_stays_as_it_is() {
    let raw: Box<RawValue> = serde_json::from_str(" [1,  {\"a\" :null}]").unwrap();
    same(&raw);
    same(&BTreeMap::from([("a", vec![raw])]));
}

#[test]
fn numbers_that_are_not_finite_are_refused_wherever_they_are() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(written(&bad), Err(EncodeError::NotFinite));
        #[allow(clippy::cast_possible_truncation)]
        let single = bad as f32;
        assert_eq!(written(&single), Err(EncodeError::NotFinite));
        assert_eq!(written(&vec![Some(1.0), Some(bad)]), Err(EncodeError::NotFinite));
        assert_eq!(written(&BTreeMap::from([("a", (1, bad))])), Err(EncodeError::NotFinite));
        assert_eq!(written(&Kind::New(single)), Err(EncodeError::NotFinite));
    }
    assert_eq!(written(&(None::<f64>, Value::Null)).unwrap(), "[null,null]");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    name: String,
    counts: Vec<u8>,
    price: f64,
    more: Option<Box<Item>>,
    by_id: BTreeMap<u32, i64>,
}

#[test]
fn random_values_are_written_as_serde_json_does() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let text = |next: &mut dyn FnMut() -> u64| -> String {
        (0..next() % 20).filter_map(|_| char::from_u32(u32::try_from(next() % 0x180).unwrap())).collect()
    };
    for _ in 0..2000 {
        let mut item = None;
        for _ in 0..=next() % 3 {
            item = Some(Box::new(Item {
                name: text(&mut next),
                counts: (0..next() % 5).map(|_| next().to_le_bytes()[0]).collect(),
                #[allow(clippy::cast_precision_loss)]
                price: next() as f64 / 1e6,
                more: item,
                by_id: (0..next() % 3)
                    .map(|_| (u32::try_from(next() >> 32).unwrap(), next().cast_signed()))
                    .collect(),
            }));
        }
        same(&item);
        assert_eq!(serde_json::from_str::<Option<Box<Item>>>(&written(&item).unwrap()).unwrap(), item);
    }
}

#[test]
fn t22_the_error_shows_nothing_of_the_value() {
    struct Tells;
    impl fmt::Display for Tells {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("canary")
        }
    }
    let error: EncodeError = serde::ser::Error::custom(Tells);
    assert!(!format!("{error:?} {error}").contains("canary"));
}
