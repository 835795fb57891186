//! Keys come from where they should, and what is no secret is no key.

mod sources;

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::{KeyError, KeyRing, SecretKey, framed};
use crate::mac::MacKey;
use crate::testing::{Random, hex};

fn refused(bytes: impl AsRef<[u8]>) -> KeyError {
    SecretKey::from_bytes(bytes).expect_err("no secret")
}

/// Keys are not compared, but what is derived from them can be.
fn mark(key: &SecretKey) -> [u8; 32] {
    *key.derive("test", &[])
}

/// MD-6, EM-4.
#[test]
fn s58_a_key_of_31_bytes_is_refused_and_one_of_32_is_not() {
    let bytes = Random::new(1).bytes(1000);
    for count in [0, 1, 16, 31] {
        assert!(matches!(refused(&bytes[..count]), KeyError::Short { bytes } if bytes == count));
    }
    for count in [32, 33, 64, 65, 1000] {
        SecretKey::from_bytes(&bytes[..count]).unwrap();
    }
}

/// One that is shorter does not compile: `tests/ui/bounds/key_too_short.rs`.
#[test]
fn s58_a_literal_of_32_bytes_is_a_key_if_it_is_no_pattern() {
    assert!(SecretKey::from_literal(b"x7Kq9vR2mT4wL8nZ5cB1hJ6dF3gS0pYe").is_ok());
    assert!(SecretKey::from_literal(&[7; 32]).is_err());
}

#[test]
fn s58_t14_patterns_are_refused() {
    let mut sequence: Vec<u8> = (0..32).collect();
    for (what, bytes) in [
        ("zeros", vec![0; 32]),
        ("all equal", vec![0xA5; 64]),
        ("two values", (0..64).map(|n| if n % 3 == 0 { 1 } else { 2 }).collect()),
        ("seven values", Random::new(2).bytes(64).iter().map(|byte| byte % 7).collect()),
        ("twice the same", Random::new(3).bytes(16).repeat(2)),
        ("twice the same and a bit", Random::new(3).bytes(16).into_iter().cycle().take(40).collect()),
        ("up", sequence.clone()),
        ("down", sequence.iter().rev().copied().collect()),
        ("in steps", (0..40_u8).map(|n| n.wrapping_mul(7)).collect()),
        ("the key of RFC 8439", (0x80..0xa0).collect()),
        ("digits", b"01234567890123456789012345678901".to_vec()),
        ("alphabet", b"abcdefghijklmnopqrstuvwxyz0123456789".to_vec()),
        ("half a sequence", {
            sequence[20..].copy_from_slice(&Random::new(4).bytes(12));
            sequence
        }),
    ] {
        assert!(matches!(refused(&bytes), KeyError::Weak(_)), "{what}");
    }
}

#[test]
fn s58_t14_words_are_refused() {
    for text in [
        "passwordpasswordpasswordpassword",
        "the quick brown fox jumps over the lazy dog",
        "THIS-IS-THE-SIGNING-KEY-OF-MY-SHOP",
        "supersecretsupersecretsupersecret!!",
        "correct horse battery staple 0123456789",
        "a-string-secret-at-least-256-bits-long",
        "complex_password_at_least_32_characters_long",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
        "django-insecure-Please-Change-This-1",
        "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
        "MySecretKey1234MySecretPassword5678",
    ] {
        assert!(matches!(refused(text), KeyError::Weak(_)), "{text}");
        // encoding does not make them better
        let encoded = SecretKey::from_base64(&STANDARD.encode(text));
        assert!(matches!(encoded, Err(KeyError::Weak(_))), "{text}");
    }
    for short in ["your-256-bit-secret", "secret", "keyboard cat", "top-secret!", "myverysecretkey"] {
        assert!(matches!(refused(short), KeyError::Short { .. }), "{short}");
    }
}

#[test]
fn s58_t14_keys_that_are_printed_somewhere_are_refused() {
    for text in [
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    ] {
        assert!(matches!(refused(text), KeyError::Documented), "{text}");
        assert!(matches!(SecretKey::from_hex(text), Err(KeyError::Documented)), "{text}");
        assert!(matches!(SecretKey::from_hex(&text.to_lowercase()), Err(KeyError::Documented)), "{text}");
    }
    for text in [
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
        "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",
    ] {
        assert!(matches!(refused(text), KeyError::Documented), "{text}");
        assert!(matches!(SecretKey::from_base64(text), Err(KeyError::Documented)), "{text}");
    }
}

#[test]
fn t11_a_public_key_is_no_secret() {
    let body = STANDARD.encode(Random::new(5).bytes(200));
    for text in [
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"),
        format!("junk\n-----BEGIN CERTIFICATE-----\n{body}"),
        format!("ssh-ed25519 {body} me@example.com"),
        format!("ecdsa-sha2-nistp256 {body}"),
    ] {
        assert!(matches!(refused(&text), KeyError::Public), "{text}");
    }
}

#[test]
fn s58_no_random_key_is_refused() {
    // the documented bound is 2^-44 a key; this would find a rule that is wrong, not one that is off by little
    let mut random = Random::new(6);
    for _ in 0..2_000 {
        let bytes = random.bytes(32);
        SecretKey::from_bytes(&bytes).unwrap();
        SecretKey::from_bytes(hex(&bytes)).unwrap();
        SecretKey::from_bytes(STANDARD.encode(&bytes)).unwrap();
        SecretKey::from_bytes(URL_SAFE_NO_PAD.encode(&bytes)).unwrap();
    }
}

#[test]
fn one_key_in_every_spelling() {
    let mut random = Random::new(7);
    for count in [32, 33, 34, 64] {
        let bytes = random.bytes(count);
        let key = mark(&SecretKey::from_bytes(&bytes).unwrap());
        let hex = hex(&bytes);
        for spelling in [&hex, &hex.to_uppercase()] {
            assert_eq!(mark(&SecretKey::from_hex(spelling).unwrap()), key);
        }
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            assert_eq!(mark(&SecretKey::from_base64(&engine.encode(&bytes)).unwrap()), key);
        }
    }
}

#[test]
fn text_that_is_no_encoding_is_refused() {
    let bytes = Random::new(8).bytes(32);
    let (hex, base64) = (hex(&bytes), STANDARD.encode(&bytes));
    for text in
        [&hex[1..], &format!("{hex}g0"), &format!("0x{hex}"), &format!("{hex}\n"), &format!("+{}", &hex[1..])]
    {
        assert!(matches!(SecretKey::from_hex(text), Err(KeyError::NotHex)), "{text}");
    }
    assert!(matches!(SecretKey::from_hex(""), Err(KeyError::Short { bytes: 0 })));
    let mixed = format!("-/{}", &base64[2..]);
    for text in [
        &format!("{base64}\n"),
        &format!(" {base64}"),
        &format!("{base64}="),
        &format!("*{}", &base64[1..]),
        &mixed,
    ] {
        assert!(matches!(SecretKey::from_base64(text), Err(KeyError::NotBase64)), "{text}");
    }
}

#[test]
fn s54_s59_a_ring_has_each_key_once_and_its_first_writes() {
    let key = |seed| SecretKey::from_bytes(Random::new(seed).bytes(32)).unwrap();
    let ring = KeyRing::new(key(1)).and_read(key(2)).unwrap().and_read(key(3)).unwrap();
    let marks: Vec<_> = ring.iter().map(mark).collect();
    assert_eq!(marks, [mark(&key(1)), mark(&key(2)), mark(&key(3))]);
    assert_eq!(mark(ring.first()), marks[0]);
    for seed in 1..=3 {
        assert!(matches!(ring.clone().and_read(key(seed)), Err(KeyError::Duplicate)));
    }
}

#[test]
fn t14_nothing_of_a_key_is_printed() {
    let bytes = b"CANARY-7f3Kq9-CANARY-x81mZ2-CANARY-p05";
    let key = SecretKey::from_bytes(bytes).unwrap();
    let ring = KeyRing::new(key.clone());
    assert_eq!(format!("{key:?} {ring:?}"), "SecretKey(..) KeyRing(1)");

    let errors = [
        SecretKey::from_hex("CANARY").unwrap_err(),
        SecretKey::from_base64("CANARY!").unwrap_err(),
        SecretKey::from_bytes("CANARY").unwrap_err(),
        SecretKey::from_bytes("CANARY ".repeat(9)).unwrap_err(),
        ring.and_read(key).unwrap_err(),
    ];
    for error in errors {
        let as_error = crate::Error::from(SecretKey::from_hex("CANARY").unwrap_err());
        assert!(as_error.is_config());
        assert!(!format!("{error} {error:?} {as_error} {as_error:?}").contains("CANARY"), "{error}");
    }
}

#[test]
fn s56_t13_every_purpose_and_every_part_gives_another_key() {
    let key = SecretKey::from_bytes(Random::new(9).bytes(32)).unwrap();
    let mut seen = HashSet::new();
    let derived: [(&str, &[&str]); 9] = [
        ("a", &[]),
        ("b", &[]),
        ("a", &[""]),
        ("a", &["", ""]),
        ("a", &["bc"]),
        ("a", &["b", "c"]),
        ("a", &["bc", ""]),
        ("a", &["", "bc"]),
        ("ab", &["c"]),
    ];
    for (purpose, parts) in derived {
        assert!(seen.insert(*key.derive(purpose, parts)), "{purpose} {parts:?}");
    }
    assert_eq!(seen.len(), derived.len());
    let other = SecretKey::from_bytes(Random::new(10).bytes(32)).unwrap();
    assert!(seen.insert(*other.derive("a", &[])));
}

#[test]
fn keys_are_derived_as_rfc_5869_says() {
    // appendix A.1: of the expanded key, the first block
    let (ikm, salt) = ([0x0b; 22], (0..=0x0c).collect::<Vec<u8>>());
    let prk = MacKey::new(&salt).tag(&[&ikm]);
    assert_eq!(hex(&prk), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let okm = MacKey::new(&prk).tag(&[&info, &[1]]);
    assert_eq!(hex(&okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    // and ours, so that no change of the code changes every key
    let key = SecretKey::from_bytes(Random::new(11).bytes(32)).unwrap();
    let root = MacKey::new(&MacKey::new(b"session-runtime key 1").tag(&[&Random::new(11).bytes(32)]));
    let info = framed(["signed cookie 1", "shop"].into_iter());
    assert_eq!(*key.derive("signed cookie 1", &["shop"]), root.tag(&[&info, &[1]]));
    assert_eq!(hex(&key.id().0), "bbfeadffb132b231");
}

#[test]
fn generated_keys_differ() {
    assert_ne!(mark(&SecretKey::generate().unwrap()), mark(&SecretKey::generate().unwrap()));
}

#[test]
fn t35_no_text_makes_a_constructor_panic() {
    let mut random = Random::new(12);
    let (hex, base64) = (hex(&random.bytes(32)), STANDARD.encode(random.bytes(32)));
    for _ in 0..2_000 {
        for text in [&hex, &base64] {
            let text = random.mutated(text.as_bytes());
            drop(SecretKey::from_bytes(&text));
            let text = String::from_utf8_lossy(&text);
            drop(SecretKey::from_hex(&text));
            drop(SecretKey::from_base64(&text));
        }
    }
}
