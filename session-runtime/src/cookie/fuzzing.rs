//! Any `Cookie` headers, read here and by a reader that is slow and plain.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is what a fuzzer finds")]

use crate::token::{Purpose, Token};

use super::read::{Candidates, Value, candidates};

/// Names of the kinds that there are: with a prefix, short, and one that begins like the others.
const NAMES: [&str; 3] = ["__Host-id", "id", "__Host-i"];

/// What an id is made of.
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The first byte chooses the name; the rest are header lines.
pub fn cookie(data: &[u8]) {
    let Some((choice, lines)) = data.split_first() else { return };
    let name = NAMES[usize::from(*choice) % NAMES.len()];
    let expected = plainly(name, lines);
    let read = |text: &[u8]| Token::parse(text).map(Value::Id);
    match candidates(name, lines.split(|byte| *byte == b'\n'), read) {
        Candidates::None => assert!(expected.is_none(), "there is a cookie"),
        Candidates::Malformed => assert_eq!(expected, Some(Vec::new()), "there are ids"),
        Candidates::TooMany => assert!(expected.is_some_and(|ids| ids.len() > 3), "there are three at most"),
        Candidates::Some(presented) => {
            let mut texts = Vec::new();
            for value in presented {
                let Value::Id(token) = value else { panic!("an id became a sealed session") };
                let mut text = String::new();
                token.write(&mut text);
                check_key(&token);
                texts.push(text.into_bytes());
            }
            assert!(texts.len() <= 3, "{} ids", texts.len());
            // an id is written as it was read, and each once, in the order in which they were sent
            assert_eq!(Some(texts), expected);
        }
    }
}

/// A key is a safe name, and the name of this key alone.
fn check_key(token: &Token) {
    let key = token.key(&Purpose::of("__Host-id", "/"));
    let hex = key.to_hex();
    assert!(hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{hex}");
    assert!(crate::token::Key::from_hex(&hex) == Some(key), "{hex}");
    assert!(token.key(&Purpose::of("__Host-id", "/shop")) != key, "another cookie's id has the same key");
}

/// The distinct ids of a header in their order; `None` without any cookie of the name.
fn plainly(name: &str, lines: &[u8]) -> Option<Vec<Vec<u8>>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut found: Option<Vec<Vec<u8>>> = None;
    for pair in lines.split(|byte| matches!(byte, b'\n' | b';')) {
        let begin = pair.iter().position(|byte| !blank(byte)).unwrap_or(pair.len());
        let end = pair.iter().rposition(|byte| !blank(byte)).map_or(begin, |last| last + 1);
        let mut parts = pair[begin..end].splitn(2, |byte| *byte == b'=');
        if let (Some(called), Some(value)) = (parts.next(), parts.next())
            && called == name.as_bytes()
        {
            let ids = found.get_or_insert_default();
            if is_an_id(value) && !ids.iter().any(|id| id == value) {
                ids.push(value.to_vec());
            }
        }
    }
    found
}

/// 43 characters of base64url, of which the last has two bits to spare, or 46 with four; the first 256 bits are not zero.
fn is_an_id(text: &[u8]) -> bool {
    let Some(digits) = text.iter().map(|c| BASE64URL.iter().position(|d| d == c)).collect::<Option<Vec<_>>>()
    else {
        return false;
    };
    let spare = match digits.len() {
        43 => 2,
        46 => 4,
        _ => return false,
    };
    // of the 43rd digit, four bits are the id's
    let id_is_zero = digits[..42].iter().all(|digit| *digit == 0) && digits[42] >> 2 == 0;
    digits.last().is_some_and(|last| last % (1 << spare) == 0) && !id_is_zero
}
