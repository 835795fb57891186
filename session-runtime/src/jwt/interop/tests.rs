//! Times, keys and spelling; the vectors of Microdot are read by `tests/tests/jwt.rs`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Error, HEADER, Key, MAX_BYTES, decode, encode, python};
use crate::clock::Timestamp;
use crate::jwt::compact;
use crate::keys::KeyError;
use crate::mac::probe;
use crate::testing::Random;

const NOW: Timestamp = Timestamp::from_millis(1_795_225_026_500);

fn key() -> Key {
    Key::new(Random::new(1).bytes(32)).unwrap()
}

fn read(token: &str) -> Result<Map<String, Value>, Error> {
    decode(token, &key(), NOW)
}

/// What the token of this payload comes to, whatever our own `encode` would say of it.
fn outcome(payload: &str) -> &'static str {
    match read(&compact::write(HEADER, payload.as_bytes(), &key().0)) {
        Ok(_) => "valid",
        Err(error) if error.is_expired() => "expired",
        Err(error) if error.is_not_yet_valid() => "early",
        Err(error) if error.is_rejected() => "rejected",
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn s55_the_times_of_a_token_are_honoured_to_the_second() {
    for (payload, expected) in [
        (r#"{"exp":1795225026}"#, "expired"),
        (r#"{"exp":1795225027}"#, "valid"),
        (r#"{"exp":1795225026.9}"#, "expired"),
        (r#"{"exp":" 1795225027 "}"#, "valid"),
        (r#"{"exp":"+1795225027"}"#, "valid"),
        (r#"{"exp":"1795225027.0"}"#, "rejected"),
        (r#"{"exp":""}"#, "rejected"),
        (r#"{"exp":true}"#, "expired"),
        (r#"{"exp":[]}"#, "rejected"),
        (r#"{"exp":{}}"#, "rejected"),
        (r#"{"exp":null}"#, "rejected"),
        (r#"{"exp":1e300}"#, "valid"),
        (r#"{"exp":-1e300}"#, "expired"),
        (r#"{"exp":18446744073709551615}"#, "valid"),
        (r#"{"exp":184467440737095516150000}"#, "valid"),
        (r#"{"nbf":1795225026}"#, "valid"),
        (r#"{"nbf":1795225027}"#, "early"),
        (r#"{"nbf":1795225026.9}"#, "valid"),
        (r#"{"nbf":false}"#, "valid"),
        (r#"{"nbf":null}"#, "rejected"),
        (r#"{"nbf":1e300}"#, "early"),
        (r#"{"iat":1795225026}"#, "valid"),
        (r#"{"iat":1795225027}"#, "early"),
        (r#"{"iat":"abc"}"#, "rejected"),
        (r#"{"exp":1,"nbf":99999999999}"#, "early"),
    ] {
        assert_eq!(outcome(payload), expected, "{payload}");
    }
}

#[test]
fn md22_registered_claims_must_be_what_they_are() {
    for (payload, expected) in [
        (r#"{"sub":"42"}"#, "valid"),
        (r#"{"sub":42}"#, "rejected"),
        (r#"{"sub":null}"#, "rejected"),
        (r#"{"jti":"x"}"#, "valid"),
        (r#"{"jti":7}"#, "rejected"),
        (r#"{"jti":null}"#, "rejected"),
        (r#"{"aud":"somebody"}"#, "rejected"),
        (r#"{"aud":["a"]}"#, "rejected"),
        (r#"{"aud":1}"#, "rejected"),
        (r#"{"aud":true}"#, "rejected"),
        (r#"{"aud":{"a":1}}"#, "rejected"),
        (r#"{"aud":null}"#, "valid"),
        (r#"{"aud":""}"#, "valid"),
        (r#"{"aud":[]}"#, "valid"),
        (r#"{"aud":{}}"#, "valid"),
        (r#"{"aud":false}"#, "valid"),
        (r#"{"aud":0}"#, "valid"),
        (r#"{"iss":7}"#, "valid"),
    ] {
        assert_eq!(outcome(payload), expected, "{payload}");
    }
}

#[test]
fn s53_t11_no_header_but_one_of_hs256_is_taken() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let with = |header: &str| read(&compact::write(&URL_SAFE_NO_PAD.encode(header), br#"{"n":1}"#, &key().0));
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"any"}"#,
        r#"{"alg":"HS256","b64":true}"#,
        r#" {"typ" : 7, "alg": "HS256"} "#,
        r#"{"alg":"none","alg":"HS256"}"#,
    ] {
        assert!(with(header).is_ok(), "{header}");
    }
    for header in [
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","kid":7}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":true}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256 "}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"ALG":"HS256"}"#,
        r#""HS256""#,
        "",
    ] {
        assert!(with(header).unwrap_err().is_rejected(), "{header}");
    }
}

#[test]
fn s52_nothing_is_read_before_the_tag_is_right() {
    let token = encode(&json!({"n": 1}), &key()).unwrap();
    for at in 0..token.len() {
        let mut text = token.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        let (checks, reads) = probe::count(|| {
            assert!(decode::<Value>(&text, &key(), NOW).unwrap_err().is_rejected());
        });
        assert!(checks <= 1 && reads == 0, "character {at}");
    }
}

#[test]
fn t20_what_is_too_long_is_refused_before_it_is_decoded() {
    let token = |length: usize| encode(&json!({"a": "x".repeat(length)}), &key()).unwrap();
    let fits = token(98_200);
    assert!(fits.len() <= MAX_BYTES && read(&fits).is_ok());
    let long = token(99_000);
    assert!(long.len() > MAX_BYTES);
    assert_eq!(probe::count(|| assert!(read(&long).unwrap_err().is_rejected())), (0, 0));
}

#[test]
fn t14_a_weak_key_must_be_called_so() {
    assert!(matches!(Key::new("k"), Err(KeyError::Short { bytes: 1 })));
    assert!(matches!(Key::new("correct horse battery staple 0123456789"), Err(KeyError::Weak(_))));
    assert!(matches!(Key::new([0; 64]), Err(KeyError::Weak(_))));
    assert!(Key::weak("k").is_ok() && Key::weak([0; 64]).is_ok());
    assert!(matches!(Key::weak(""), Err(KeyError::Short { bytes: 0 })), "no key is no weak key");
    let pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";
    assert!(matches!(Key::weak(pem), Err(KeyError::Public)), "PyJWT refuses it, too");
    assert_eq!(format!("{:?}", key()), "Key(..)");
}

#[test]
fn what_python_cannot_mint_or_should_not_is_an_error() {
    #[derive(Serialize)]
    struct Float {
        x: f64,
    }
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(encode(&Float { x }, &key()).unwrap_err().is_unencodable());
    }
    assert!(encode(&Float { x: 0.5 }, &key()).is_ok());
    let map = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(encode(&map, &key()).unwrap_err().is_unencodable());
    for claims in [json!([1]), json!(null), json!("x"), json!(1), json!({"iss": 7}), json!({"iss": null})] {
        assert!(encode(&claims, &key()).unwrap_err().is_unencodable(), "{claims}");
    }
}

#[test]
fn numbers_are_spelt_as_python_spells_them() {
    for (value, expected) in [
        (9.99, "9.99"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (123_456_789_012_345.6, "123456789012345.6"),
        (1e15, "1000000000000000.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (1.5e16, "1.5e+16"),
        (1e22, "1e+22"),
        (1e100, "1e+100"),
        (f64::MAX, "1.7976931348623157e+308"),
        (0.0001, "0.0001"),
        (0.00012, "0.00012"),
        (0.00001, "1e-05"),
        (-1.25e-7, "-1.25e-07"),
        (5e-324, "5e-324"),
        (0.1 + 0.2, "0.30000000000000004"),
    ] {
        assert_eq!(String::from_utf8(python::json(&value).unwrap()).unwrap(), expected);
    }
    assert_eq!(python::json(&0.1_f32).unwrap(), b"0.1");
    assert_eq!(python::json(&u64::MAX).unwrap(), b"18446744073709551615");
}

#[test]
fn a_float_is_read_as_the_one_that_was_written() {
    let mut random = Random::new(3);
    for _ in 0..5_000 {
        let value = f64::from_bits(random.next());
        if value.is_finite() {
            let token = encode(&json!({"x": value}), &key()).unwrap();
            assert_eq!(read(&token).unwrap()["x"].as_f64().map(f64::to_bits), Some(value.to_bits()));
        }
    }
}

#[test]
fn text_is_spelt_as_python_spells_it() {
    let text = "a\u{7f}\u{80}\u{0}\u{1f}\u{8}\u{c}\n\r\t\"\\/<>\u{2028}é日\u{ffff}\u{10000}\u{10ffff}";
    let expected =
        r#""a\u007f\u0080\u0000\u001f\b\f\n\r\t\"\\/<>\u2028\u00e9\u65e5\uffff\ud800\udc00\udbff\udfff""#;
    assert_eq!(String::from_utf8(python::json(text).unwrap()).unwrap(), expected);
    assert_eq!(python::json(&json!({"é": {"日": []}})).unwrap(), br#"{"\u00e9":{"\u65e5":[]}}"#);
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(r#"{"a": "é"}"#).unwrap();
    assert_eq!(python::json(&raw).unwrap(), br#"{"a": "\u00e9"}"#);
}

#[test]
fn t35_no_token_makes_decoding_panic() {
    let mut random = Random::new(2);
    let claims = json!({"n": 1, "exp": 99_999_999_999_u64, "s": "é", "l": [1, [2.5e3, null]]});
    let (token, payload) = (encode(&claims, &key()).unwrap(), python::json(&claims).unwrap());
    for _ in 0..5_000 {
        let length = random.below(300);
        drop(decode::<Value>(random.bytes(length), &key(), NOW));
        drop(decode::<Value>(random.mutated(token.as_bytes()), &key(), NOW));
        // genuine, and nonsense within
        let genuine = compact::write(HEADER, &random.mutated(&payload), &key().0);
        drop(decode::<Map<String, Value>>(genuine, &key(), NOW));
    }
    for edge in [0, 1, u64::MAX] {
        drop(decode::<Value>(&token, &key(), Timestamp::from_millis(edge)));
    }
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(outcome(&format!("{{\"a\":{deep}}}")), "rejected");
}
