//! The tokens of Microdot, in both directions: what `PyJWT` accepts is read, what it rejects is not, and what it mints is minted
//! byte for byte (MD-1, MD-10, MD-11, MD-22, MD-24).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use session_runtime::clock::Timestamp;
use session_runtime::jwt::interop::{self, Key};

#[derive(Deserialize)]
struct Vectors {
    generated_at: u64,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    token: String,
    minted_by: String,
    secret: Option<String>,
    secret_b64: Option<String>,
    /// What was minted, where it does not decode.
    input_payload: Option<Ordered>,
    microdot_decode: Option<Ordered>,
    microdot_decode_json: Option<String>,
    valid: bool,
    error: Option<String>,
}

impl Vector {
    fn key(&self) -> Key {
        Key::weak(self.secret()).unwrap()
    }

    fn secret(&self) -> Vec<u8> {
        match (&self.secret, &self.secret_b64) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap(),
            (None, None) => panic!("{}: no key", self.name),
        }
    }

    /// What Microdot reads.
    fn expected(&self) -> Value {
        match &self.microdot_decode_json {
            Some(json) => serde_json::from_str(json).unwrap(),
            None => serde_json::to_value(self.microdot_decode.as_ref().unwrap()).unwrap(),
        }
    }
}

fn vectors() -> Vectors {
    let vectors: Vectors = serde_json::from_str(include_str!("../vectors/microdot_jwt.json")).unwrap();
    assert_eq!(vectors.vectors.len(), 62);
    vectors
}

/// Valid for Python and not for us, each by the note of its vector: text that is no Unicode, numbers that are no JSON, padding
/// that nobody mints, and UTF-16.
const STRICTER: [&str; 4] = ["lone_surrogate", "nan_inf", "sig_padded", "payload_utf16"];

#[test]
fn s53_s55_md24_every_token_of_microdot_is_read_as_microdot_reads_it() {
    let Vectors { generated_at, vectors } = vectors();
    let now = Timestamp::from_millis(generated_at * 1000);
    let mut stricter = Vec::new();
    for vector in &vectors {
        let name = &vector.name;
        let decoded = interop::decode::<Map<String, Value>>(&vector.token, &vector.key(), now);
        match (decoded, vector.valid) {
            (Ok(claims), true) if name == "ints_beyond_u64" => {
                // integers of any size are Python's; by the note of the vector they may come as floats
                assert!(claims.values().all(Value::is_f64), "{name}");
            }
            (Ok(claims), true) => assert_eq!(Value::Object(claims), vector.expected(), "{name}"),
            (Ok(_), false) => panic!("{name}: PyJWT says {:?}", vector.error),
            (Err(error), true) => {
                assert!(error.is_rejected(), "{name}");
                stricter.push(name.as_str());
            }
            (Err(error), false) => {
                let theirs = vector.error.as_deref().unwrap();
                assert_eq!(error.is_expired(), theirs.starts_with("ExpiredSignature"), "{name}");
                assert_eq!(error.is_not_yet_valid(), theirs.starts_with("ImmatureSignature"), "{name}");
                assert_eq!(error.is_rejected(), !error.is_expired() && !error.is_not_yet_valid(), "{name}");
            }
        }
    }
    assert_eq!(stricter, STRICTER);
}

#[test]
fn md10_what_microdot_mints_is_minted_byte_for_byte() {
    let mut minted = 0;
    for vector in vectors().vectors.iter().filter(|vector| vector.minted_by == "microdot Session.encode") {
        let payload = vector.input_payload.as_ref().or(vector.microdot_decode.as_ref());
        // what only Python can hold
        if ["lone_surrogate", "nan_inf", "ints_beyond_u64"].contains(&vector.name.as_str()) {
            continue;
        }
        let token = interop::encode(payload.unwrap(), &vector.key()).unwrap();
        assert_eq!(token, vector.token, "{}", vector.name);
        minted += 1;
    }
    assert_eq!(minted, 24);
}

#[test]
fn md20_integers_are_exact() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Integers {
        i64max: i64,
        i64min: i64,
        u64max: u64,
        b: u64,
    }
    let Vectors { generated_at, vectors } = vectors();
    let vector = vectors.iter().find(|vector| vector.name == "ints_beyond_2_53").unwrap();
    let now = Timestamp::from_millis(generated_at * 1000);
    let integers: Integers = interop::decode(&vector.token, &vector.key(), now).unwrap();
    let expected =
        Integers { i64max: i64::MAX, i64min: i64::MIN, u64max: u64::MAX, b: 9_007_199_254_740_993 };
    assert_eq!(integers, expected);
}

#[test]
fn t14_a_short_secret_of_a_vector_is_no_key_unless_it_is_called_weak() {
    for vector in vectors().vectors {
        let secret = vector.secret();
        assert!(secret.len() >= 32 || Key::new(&secret).is_err(), "{}", vector.name);
    }
}

/// A JSON value whose members keep their order, as a Python dict does.
#[derive(Debug)]
enum Ordered {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Ordered>),
    Members(Vec<(String, Ordered)>),
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Members(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> Visitor<'de> for OrderedVisitor {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
        Ok(Ordered::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Ordered, E> {
        Ok(Ordered::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Ordered, E> {
        Ok(Ordered::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Ordered, E> {
        Ok(Ordered::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Ordered, E> {
        Ok(Ordered::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Ordered::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Ordered::Members(members))
    }
}
