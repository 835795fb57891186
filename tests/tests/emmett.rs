//! The sessions of Emmett 2: its cookies, files and redis values are read, altered ones are not, and what is minted is built
//! as what Emmett accepts (`seeds`: section 6, EM-4).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use session_runtime::emmett::{self, Key};

#[derive(Deserialize)]
struct Vectors {
    #[serde(rename = "vectors")]
    cookies: Vec<Cookie>,
    #[serde(rename = "file_vectors")]
    files: Vec<File>,
    redis_value_counter1_hex: String,
}

#[derive(Deserialize)]
struct Cookie {
    name: String,
    key: String,
    #[serde(rename = "cookie_value")]
    value: String,
    session: Option<Map<String, Value>>,
    valid: bool,
    pickle_hex: Option<String>,
}

impl Cookie {
    fn key(&self) -> Key {
        Key::new(&self.key).unwrap()
    }
}

#[derive(Deserialize)]
struct File {
    /// Seconds since 1970.
    exp: f64,
    session: Map<String, Value>,
    content_hex: String,
}

fn vectors() -> Vectors {
    let vectors: Vectors = serde_json::from_str(include_str!("../vectors/emmett_cookie.json")).unwrap();
    assert_eq!((vectors.cookies.len(), vectors.files.len()), (13, 1));
    vectors
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn em4_every_cookie_of_emmett_is_read_and_every_altered_one_is_not() {
    for cookie in vectors().cookies {
        let decoded = emmett::decode_cookie(&cookie.value, &cookie.key());
        if cookie.valid {
            let expected = cookie.session.clone().unwrap();
            assert_eq!(decoded.unwrap(), expected, "{}", cookie.name);
            // as the header carries it
            let quoted = format!("\"{}\"", cookie.value);
            assert_eq!(emmett::decode_cookie(quoted, &cookie.key()).unwrap(), expected, "{}", cookie.name);
            let other = Key::new("another key").unwrap();
            assert!(emmett::decode_cookie(&cookie.value, &other).unwrap_err().is_rejected());
        } else {
            assert!(decoded.unwrap_err().is_rejected(), "{}", cookie.name);
        }
    }
}

#[test]
fn files_and_redis_values_of_emmett_are_read() {
    let vectors = vectors();
    for file in &vectors.files {
        let decoded = emmett::decode_file(&unhex(&file.content_hex)).unwrap();
        assert_eq!(decoded.session, file.session);
        assert_eq!(Duration::from_millis(decoded.expires.as_millis()), Duration::from_secs_f64(file.exp));
    }
    let session = emmett::decode_redis(&unhex(&vectors.redis_value_counter1_hex)).unwrap();
    assert_eq!(Value::Object(session), serde_json::json!({"counter": 1}));
    for cookie in vectors.cookies {
        if let (Some(pickle), Some(session)) = (cookie.pickle_hex, cookie.session) {
            assert_eq!(emmett::decode_redis(&unhex(&pickle)).unwrap(), session, "{}", cookie.name);
        }
    }
}

#[test]
fn em4_what_is_minted_for_emmett_is_read_again() {
    for cookie in vectors().cookies.iter().filter(|cookie| cookie.valid) {
        let session = cookie.session.as_ref().unwrap();
        let minted = emmett::encode_cookie(session, &cookie.key()).unwrap();
        assert_ne!(minted, cookie.value, "each has a salt of its own");
        assert_eq!(&emmett::decode_cookie(&minted, &cookie.key()).unwrap(), session, "{}", cookie.name);
    }
}
