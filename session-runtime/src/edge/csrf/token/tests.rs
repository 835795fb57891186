use std::collections::HashSet;

use super::*;
use crate::token::{Key, OsEntropy, Purpose, Token};
use sha2::{Digest as _, Sha256};

const ID: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const TAGGED: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ";

fn base(id: &str, cookie: &str, path: &str) -> [u8; BASE] {
    Token::parse(id).unwrap().csrf_base(&Purpose::of(cookie, path))
}

fn token(base: &[u8; BASE]) -> CsrfToken {
    CsrfToken::of(base, &OsEntropy).unwrap()
}

#[test]
fn s28_a_token_is_another_text_each_time_and_shows_one_base() {
    let base = base(ID, "id", "/");
    let tokens: HashSet<String> = (0..1000).map(|_| token(&base).into()).collect();
    assert_eq!(tokens.len(), 1000);
    // what a response that is compressed could be searched for: no character is the same in all
    for at in 0..TEXT - 1 {
        assert!(tokens.iter().map(|token| token.as_bytes()[at]).collect::<HashSet<_>>().len() > 30, "{at}");
    }
    assert!(tokens.iter().all(|token| token.len() == TEXT && shows(token.as_bytes(), &base)));
}

#[test]
fn s56_a_token_is_of_one_id_cookie_path_and_slot() {
    let bases = [
        base(ID, "id", "/"),
        base(ID, "id2", "/"),
        base(ID, "id", "/shop"),
        base(TAGGED, "id", "/"),
        base("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "id", "/"),
    ];
    for (at, one) in bases.iter().enumerate() {
        for (other_at, other) in bases.iter().enumerate() {
            assert_eq!(shows(token(one).as_str().as_bytes(), other), at == other_at);
        }
    }
}

#[test]
fn s28_what_a_store_knows_makes_no_token() {
    for id in [ID, TAGGED] {
        let (id, purpose) = (Token::parse(id).unwrap(), Purpose::of("id", "/"));
        let key: Key = id.key(&purpose);
        let base = id.csrf_base(&purpose);
        let of_the_key: [u8; 32] = Sha256::new().chain_update(key.as_bytes()).finalize().into();
        assert_ne!(base, *key.as_bytes());
        assert_ne!(base, of_the_key);
        assert_ne!(base, *key.derived(b"the csrf token of a session").as_bytes());
        // the known answer: the hash begins with a text of its own, so it is not the key's hash gone on
        let mut parts = b"the csrf token of a session".to_vec();
        parts.extend_from_slice(&id.id()[..16]);
        let purpose: [u8; 32] = Sha256::digest(b"id\0/").into();
        parts.extend_from_slice(&purpose[..16]);
        if let Some(slot) = key.slot() {
            parts.extend_from_slice(&slot.as_u16().to_be_bytes());
        }
        let expected: [u8; 32] = Sha256::digest(&parts).into();
        assert_eq!(base, expected);
    }
}

#[test]
fn s9_a_token_differs_wherever_it_differs() {
    let base = base(ID, "id", "/");
    let good = token(&base).0.into_bytes();
    let bytes = URL_SAFE_NO_PAD.decode(&good).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!shows(URL_SAFE_NO_PAD.encode(bytes).as_bytes(), &base), "bit {bit}");
    }
}

#[test]
fn s28_parsing_is_strict_and_never_panics() {
    let base = base(ID, "id", "/");
    let good = token(&base).0;
    let with = |at: usize, letter: char| {
        good.char_indices().map(|(i, old)| if i == at { letter } else { old }).collect::<String>()
    };
    for bad in [
        String::new(),
        good[..85].to_owned(),
        format!("{good}="),
        format!("{good}=="),
        format!(" {}", &good[..85]),
        format!("{good}{good}"),
        "A".repeat(86),
        "A".repeat(1_000_000),
        with(3, '+'),
        with(3, '/'),
        with(3, '\u{0}'),
        with(40, '%'),
    ] {
        assert!(!shows(bad.as_bytes(), &base), "{bad:.100}");
    }
    // the last character carries four bits that must be zero: of its sixteen spellings one counts
    let last = good.as_bytes()[85];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let good_ones = letters.iter().filter(|letter| shows(with(85, char::from(**letter)).as_bytes(), &base));
    assert_eq!(good_ones.collect::<Vec<_>>(), [&last]);
}

#[test]
fn s2_without_random_bits_there_is_no_token() {
    struct Broken;
    impl Entropy for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), NoEntropy> {
            Err(NoEntropy)
        }
    }
    assert!(CsrfToken::of(&[1; BASE], &Broken).is_err() && CsrfToken::of_nothing(&Broken).is_err());
}

#[test]
fn t22_debug_shows_nothing_and_display_is_the_text() {
    let token = token(&[7; BASE]);
    assert_eq!(format!("{token:?}"), "CsrfToken(..)");
    assert_eq!(format!("{token}"), token.as_str());
    assert_eq!(serde_json::to_string(&token).unwrap(), format!("\"{token}\""));
}
