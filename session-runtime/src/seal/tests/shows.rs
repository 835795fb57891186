//! What a token shows, and how it looks.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{ID, NOW, SCOPE, encrypted, entropy, key, record, ring, sealers, signed};
use crate::keys::KeyRing;
use crate::mac::MacKey;
use crate::seal::Vault;
use crate::seal::envelope::Envelope;
use crate::token::Key;
use crate::token::{Entropy, NoEntropy, OsEntropy};

/// The value of a JWT's parts, as another library would find them.
fn parts(token: &str) -> (serde_json::Value, serde_json::Value) {
    let part =
        |at| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap());
    (part(0).unwrap(), part(1).unwrap())
}

#[test]
fn the_signed_format_is_a_jwt_that_any_library_verifies() {
    let token = signed(&ring(), &SCOPE, entropy()).seal(&ID, &record(&[("exp", "1"), ("n", "2")])).unwrap();
    let (header, claims) = parts(&token);
    let kid = URL_SAFE_NO_PAD.encode(key(1).id().0);
    assert_eq!(header, serde_json::json!({"alg": "HS256", "kid": kid, "typ": "JWT"}));
    let deadline = NOW.as_millis() - 17 + 1_800_000;
    assert_eq!(
        claims,
        serde_json::json!({
            "exp": deadline.div_ceil(1000),
            "iat": (NOW.as_millis() - 17) / 1000,
            "nbf": (NOW.as_millis() - 900_001) / 1000,
            "jti": URL_SAFE_NO_PAD.encode(ID),
            "session": {
                "created": NOW.as_millis() - 900_001,
                "last_seen": NOW.as_millis() - 17,
                "idle": 1_800_000,
                "expires": NOW.as_millis() - 900_001 + 8 * 3_600_000,
                "fields": {"exp": 1, "n": 2},
            },
        })
    );
    // RFC 7515, 5.1, with what the key of this scope is
    let (input, tag) = token.rsplit_once('.').unwrap();
    let derived = key(1).derive("signed cookie 1", &["shop", "__Host-id", "/", "Shop"]);
    assert_eq!(URL_SAFE_NO_PAD.decode(tag).unwrap(), MacKey::new(&*derived).tag(&[input.as_bytes()]));
}

/// A format that changes by mistake logs everybody out.
#[test]
fn tokens_that_were_sealed_before_still_open() {
    let tokens = [include_str!("tokens/signed.txt"), include_str!("tokens/encrypted.txt")];
    let record = record(&[("n", "41"), ("name", "\"ž\"")]);
    for (token, (format, sealer)) in tokens.iter().zip(sealers(&SCOPE)) {
        let token = token.trim_end();
        let opened = sealer.open(token.as_bytes(), NOW).expect(format);
        assert_eq!((opened.id, opened.record.fields()), (ID, record.fields()), "{format}");
        assert!(opened.record.meta() == record.meta(), "{format}");
        // the random bits of these tests are always the same, so the whole text is
        assert_eq!(sealer.seal(&ID, &record).unwrap(), token, "{format}");
    }
}

#[test]
fn s49_nothing_of_a_session_is_in_an_encrypted_token() {
    let canary = "CANARY-7f3Kq9";
    let mut meta = record(&[]).meta().clone();
    meta.owner = Some(format!("\"{canary}\"").into());
    let record = crate::record::Record::new(meta, [(canary, format!("\"{canary}\""))].into_iter().collect());
    let token = encrypted(&ring(), &SCOPE, entropy()).seal(&ID, &record).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    for what in [canary.as_bytes(), &ID, &ID[..8], b"__Host-id", b"Shop"] {
        assert!(!holds(&bytes, what) && !holds(token.as_bytes(), what));
    }
    // the signed one shows it, as its documentation says
    let signed = signed(&ring(), &SCOPE, entropy()).seal(&ID, &record).unwrap();
    assert!(holds(&URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap(), canary.as_bytes()));
}

#[test]
fn s57_a_million_nonces_are_distinct() {
    const NONCES: usize = 1_000_000;
    let envelope = Envelope::new(&ring(), "nonces", &[], Arc::new(OsEntropy));
    let start = |_| u64::from_le_bytes(*envelope.nonce().unwrap().first_chunk().unwrap());
    let mut starts: Vec<u64> = (0..NONCES).map(start).collect();
    starts.sort_unstable();
    assert!(starts.windows(2).all(|pair| pair[0] != pair[1]), "two nonces share their first 64 bits");
}

#[test]
fn s57_one_session_sealed_again_is_another_token() {
    const SEALS: usize = 2_000;
    let sealer = encrypted(&ring(), &SCOPE, Arc::new(OsEntropy));
    let record = record(&[]);
    let (mut nonces, mut bodies) = (HashSet::new(), HashSet::new());
    for _ in 0..SEALS {
        let token = URL_SAFE_NO_PAD.decode(sealer.seal(&ID, &record).unwrap()).unwrap();
        nonces.insert(token[9..33].to_vec());
        bodies.insert(token[33..65].to_vec());
    }
    assert_eq!((nonces.len(), bodies.len()), (SEALS, SEALS));
}

#[test]
fn s2_s57_without_random_bits_nothing_is_encrypted() {
    struct Fails;
    impl Entropy for Fails {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes[..16].fill(0xA5);
            Err(NoEntropy)
        }
    }
    struct Stuck;
    impl Entropy for Stuck {
        fn fill(&self, _: &mut [u8]) -> Result<(), NoEntropy> {
            Ok(())
        }
    }
    let sources: [Arc<dyn Entropy>; 2] = [Arc::new(Fails), Arc::new(Stuck)];
    for source in sources {
        assert!(encrypted(&ring(), &SCOPE, Arc::clone(&source)).seal(&ID, &record(&[])).is_err());
        assert!(
            Vault::new(&ring(), "records", source).seal(&Key::from_bytes([1; 32]), &record(&[])).is_err()
        );
    }
}

#[test]
fn t19_the_length_of_an_encrypted_token_has_few_values() {
    let sealer = encrypted(&ring(), &SCOPE, entropy());
    let length = |secret: usize| {
        let token = sealer.seal(&ID, &record(&[("pin", &format!("\"{}\"", "1".repeat(secret)))])).unwrap();
        URL_SAFE_NO_PAD.decode(token).unwrap().len()
    };
    let lengths: Vec<usize> = (0..640).map(length).collect();
    let distinct: HashSet<_> = lengths.iter().collect();
    assert_eq!(distinct.len(), 11, "640 lengths in steps of 64, which do not begin at a step");
    assert!(lengths.iter().all(|length| (length - lengths[0]).is_multiple_of(64)));
    assert!(lengths.windows(2).all(|pair| pair[0] <= pair[1]));
}

/// EM-12.
#[test]
fn t19_nothing_is_compressed() {
    // a guess that equals the secret must not make the token shorter
    for (format, sealer) in sealers(&SCOPE) {
        let length = |guess: &str| {
            let fields = [("token", "\"s3cr3t-s3cr3t-s3cr3t-s3cr3t\""), ("guess", guess)];
            sealer.seal(&ID, &record(&fields)).unwrap().len()
        };
        assert_eq!(
            length("\"s3cr3t-s3cr3t-s3cr3t-s3cr3t\""),
            length("\"q8Wz1-pL0xy-7Ke3u-Vb9tR-mm4\""),
            "{format}"
        );
    }
}

#[test]
fn s37_an_empty_session_leaves_most_of_a_cookie() {
    let lengths: Vec<_> =
        sealers(&SCOPE).map(|(_, sealer)| sealer.seal(&ID, &record(&[])).unwrap().len()).collect();
    assert_eq!(lengths, [398, 236], "characters, signed and encrypted");
}

#[test]
fn t22_nothing_that_is_sealed_is_printed() {
    let sealer = signed(&ring(), &SCOPE, entropy());
    let token = sealer.seal(&ID, &record(&[("user", "\"CANARY\"")])).unwrap();
    let opened = sealer.open(token.as_bytes(), NOW).unwrap();
    let printed = format!("{opened:?}");
    assert!(!printed.contains("CANARY") && !printed.contains(&format!("{:?}", &ID[..4])[1..10]), "{printed}");
    assert_eq!(format!("{:?}", KeyRing::new(key(1))), "KeyRing(1)");
}
