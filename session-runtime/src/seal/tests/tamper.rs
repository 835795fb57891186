//! A token that differs in anything is nothing, and what is not a token is never read without a key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::{ID, NOW, SCOPE, Sealer, key, record, ring, sealers};
use crate::jwt::compact;
use crate::mac::{MacKey, probe};
use crate::seal::MAX_TEXT;
use crate::testing::Random;

/// Both formats with a token of each.
fn tokens() -> impl Iterator<Item = (&'static str, Box<dyn Sealer>, String)> {
    sealers(&SCOPE).map(|(format, sealer)| {
        let token = sealer.seal(&ID, &record(&[("user", "{\"isAdmin\":false}")])).unwrap();
        (format, sealer, token)
    })
}

fn refused(format: &str, sealer: &dyn Sealer, text: &[u8]) {
    assert!(sealer.open(text, NOW).is_none(), "{format}: {}", String::from_utf8_lossy(text));
}

#[test]
fn t11_s53_every_bit_counts() {
    for (format, sealer, token) in tokens() {
        for bit in 0..token.len() * 8 {
            let mut text = token.clone().into_bytes();
            text[bit / 8] ^= 1 << (bit % 8);
            refused(format, &*sealer, &text);
        }
    }
}

#[test]
fn t11_every_bit_counts_beneath_the_encoding_too() {
    for (format, sealer, token) in tokens() {
        let parts: Vec<Vec<u8>> =
            token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        for (at, part) in parts.iter().enumerate() {
            for bit in 0..part.len() * 8 {
                let mut parts = parts.clone();
                parts[at][bit / 8] ^= 1 << (bit % 8);
                let text: Vec<_> = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
                refused(format, &*sealer, text.join(".").as_bytes());
            }
        }
    }
}

#[test]
fn t11_every_byte_counts() {
    for (format, sealer, token) in tokens() {
        let token = token.as_bytes();
        for at in 0..token.len() {
            let mut text = token.to_vec();
            text.remove(at);
            refused(format, &*sealer, &text);
        }
        for at in 0..=token.len() {
            for added in [
                b'A',
                b'_',
                b'.',
                b'=',
                b'"',
                b' ',
                b'%',
                b'\0',
                b'\n',
                0xff,
                *token.get(at).unwrap_or(&b'x'),
            ] {
                let mut text = token.to_vec();
                text.insert(at, added);
                refused(format, &*sealer, &text);
            }
        }
    }
}

#[test]
fn t11_no_part_of_a_token_is_one() {
    for (format, sealer, token) in tokens() {
        let token = token.as_bytes();
        for at in 0..token.len() {
            refused(format, &*sealer, &token[..at]);
            if at > 0 {
                refused(format, &*sealer, &token[at..]);
            }
        }
        refused(format, &*sealer, &[token, token].concat());
        refused(format, &*sealer, &[token, b".", token].concat());
    }
}

#[test]
fn t11_no_delimiter_can_be_stripped_doubled_or_replaced() {
    for (format, sealer, token) in tokens() {
        let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
        for dot in dots {
            for other in ["", "..", ":", "~", "=", "-", "%2E"] {
                let mut text = token.clone();
                text.replace_range(dot..=dot, other);
                refused(format, &*sealer, text.as_bytes());
            }
        }
        for decorated in
            [format!("\"{token}\""), format!("{token}="), format!(" {token}"), format!("{token};")]
        {
            refused(format, &*sealer, decorated.as_bytes());
        }
    }
}

#[test]
fn t11_a_token_has_one_spelling() {
    for (format, sealer, token) in tokens() {
        // the last character has bits that no byte needs
        let (start, last) = token.split_at(token.len() - 1);
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            if !last.starts_with(other) {
                refused(format, &*sealer, format!("{start}{other}").as_bytes());
            }
        }
        for other in
            [token.replace('-', "+"), token.replace('_', "/"), token.to_lowercase(), token.to_uppercase()]
        {
            if other != token {
                refused(format, &*sealer, other.as_bytes());
            }
        }
    }
}

/// The tag and the payload are right; only the header is not the one that we write.
#[test]
fn t11_s53_the_header_chooses_nothing() {
    let (_, sealer, token) = tokens().next().unwrap();
    let mut parts = token.split('.');
    let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let mac = MacKey::new(&*key(1).derive("signed cookie 1", &SCOPE.parts()));
    let forged = |header: &str| compact::write(&URL_SAFE_NO_PAD.encode(header), &payload, &mac);
    assert_eq!(forged(&header), token, "what follows is forged with the right key");

    let kid = header.split('"').nth(7).unwrap();
    for other in [
        r#"{"alg":"HS256","typ":"JWT"}"#.to_owned(),
        header.replace("HS256", "none"),
        header.replace("HS256", "None"),
        header.replace("HS256", "NONE"),
        header.replace("HS256", "hs256"),
        header.replace("HS256", "HS384"),
        header.replace("HS256", "HS512"),
        header.replace("HS256", "RS256"),
        header.replace("HS256", "ES256"),
        header.replace("JWT", "jwt"),
        header.replace(kid, "AAAAAAAAAAA"),
        header.replace(',', ", "),
        format!("{header} "),
        format!(" {header}"),
        format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#),
        header.replace('}', r#","crit":["x"]}"#),
        header.replace('}', r#","jwk":{"kty":"oct","k":""}}"#),
        header.replace('}', r#","alg":"none"}"#),
        String::new(),
        "{}".to_owned(),
    ] {
        refused(&other, &*sealer, forged(&other).as_bytes());
    }
}

#[test]
fn t11_t12_an_unsigned_token_is_nothing() {
    let (_, sealer, token) = tokens().next().unwrap();
    let (unsigned, tag) = token.rsplit_once('.').unwrap();
    let payload = unsigned.split_once('.').unwrap().1;
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let zeros = URL_SAFE_NO_PAD.encode([0; 32]);
    for text in [
        unsigned.to_owned(),
        format!("{unsigned}."),
        format!("{unsigned}.{zeros}"),
        format!("{none}.{payload}."),
        format!("{none}.{payload}"),
        format!("{none}.{payload}.{tag}"),
    ] {
        refused("signed", &*sealer, text.as_bytes());
    }
    // nor is one under a key that everybody has
    for guessed in [&b""[..], &[0; 32], b"secret"] {
        let header = token.split('.').next().unwrap();
        let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
        refused("signed", &*sealer, compact::write(header, &payload, &MacKey::new(guessed)).as_bytes());
    }
}

#[test]
fn t12_what_is_only_encoded_is_never_read() {
    let signed = tokens().next().unwrap().2;
    let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
    let mut packed = Vec::new();
    crate::seal::packed::write(&ID, &record(&[("a", "1")]), &mut packed);
    assert!(crate::seal::packed::read(&packed).is_some(), "so it could be read");
    let unencrypted = [&[1][..], &key(1).id().0, &[7; 24], &packed, &[0; 16]].concat();

    for plain in [&claims[..], &packed, &unencrypted, br#"{"user":{"isAdmin":true}}"#] {
        let encodings = [
            plain.to_vec(),
            URL_SAFE_NO_PAD.encode(plain).into_bytes(),
            URL_SAFE.encode(plain).into_bytes(),
            STANDARD.encode(plain).into_bytes(),
            crate::testing::hex(plain).into_bytes(),
            [b"v1.local.", URL_SAFE_NO_PAD.encode(plain).as_bytes()].concat(),
            [plain, b"~2"].concat(),
            [plain, b"--", &[b'a'; 64]].concat(),
        ];
        for text in encodings {
            for (format, sealer) in sealers(&SCOPE) {
                let (_, reads) = probe::count(|| refused(format, &*sealer, &text));
                assert_eq!(reads, 0, "{format}: nothing is read");
            }
        }
    }
}

#[test]
fn t37_another_version_is_not_read() {
    let (_, sealer, token) = tokens().nth(1).unwrap();
    let message = URL_SAFE_NO_PAD.decode(&token).unwrap();
    for version in (0..=255).filter(|version| *version != message[0]) {
        let mut other = message.clone();
        other[0] = version;
        let (checks, reads) =
            probe::count(|| refused("encrypted", &*sealer, URL_SAFE_NO_PAD.encode(other).as_bytes()));
        assert_eq!((checks, reads), (0, 0), "version {version}");
    }
}

#[test]
fn s52_nothing_is_read_before_the_tag_is_right() {
    for (format, sealer, token) in tokens() {
        let (checks, reads) = probe::count(|| assert!(sealer.open(token.as_bytes(), NOW).is_some()));
        assert_eq!((checks, reads), (1, 1), "{format}");
        for at in 0..token.len() {
            let mut text = token.clone().into_bytes();
            text[at] = if text[at] == b'A' { b'B' } else { b'A' };
            let (checks, reads) = probe::count(|| refused(format, &*sealer, &text));
            assert!(checks <= 1 && reads == 0, "{format}, character {at}: {checks} tags, {reads} reads");
        }
    }
}

#[test]
fn s60_one_answer_to_all_that_is_not_valid() {
    // `None` has no reason in it; and nothing of the text reaches a log, since nothing is logged
    for (format, sealer, token) in tokens() {
        let (unknown_key, bad_tag) =
            (sealer.seal(&ID, &record(&[])).unwrap(), format!("{}A", &token[..token.len() - 1]));
        let others = crate::keys::KeyRing::new(key(9));
        let other = super::FORMATS.iter().find(|(name, _)| *name == format).unwrap().1;
        let other = other(&others, &SCOPE, super::entropy());
        assert!(other.open(unknown_key.as_bytes(), NOW).is_none());
        let late = NOW.after(std::time::Duration::from_secs(9 * 3600));
        assert!(sealer.open(token.as_bytes(), late).is_none());
        for text in [bad_tag.as_str(), "", "!", &token[..20]] {
            refused(format, &*sealer, text.as_bytes());
        }
    }
}

#[test]
fn t20_what_is_too_long_is_refused_before_it_is_decoded() {
    let long = format!("\"{}\"", "x".repeat(MAX_TEXT));
    for (format, sealer) in sealers(&SCOPE) {
        let token = sealer.seal(&ID, &record(&[("long", &long)])).unwrap();
        assert!(token.len() > MAX_TEXT);
        for text in [token.into_bytes(), vec![b'A'; MAX_TEXT + 1], vec![b'.'; 65_536], vec![b'A'; 1 << 20]] {
            let (checks, reads) = probe::count(|| {
                assert!(!sealer.could_be(&text));
                refused(format, &*sealer, &text);
            });
            assert_eq!((checks, reads), (0, 0), "{format}");
        }
    }
}

#[test]
fn t20_a_token_of_the_greatest_length_opens_and_a_longer_one_does_not() {
    for (format, sealer) in sealers(&SCOPE) {
        let (mut fits, mut does_not) = (0, 0);
        for length in 2500..3100 {
            let token = sealer.seal(&ID, &record(&[("a", &format!("\"{}\"", "x".repeat(length)))])).unwrap();
            let is_open = sealer.open(token.as_bytes(), NOW).is_some();
            assert_eq!(is_open, token.len() <= MAX_TEXT, "{format}: {} characters", token.len());
            assert_eq!(sealer.could_be(token.as_bytes()), is_open);
            if is_open { fits += 1 } else { does_not += 1 }
        }
        assert!(fits > 0 && does_not > 0, "{format}");
    }
}

#[test]
fn t20_t40_one_tag_is_checked_however_many_keys_there_are() {
    let mut keys = ring();
    for seed in 2..50 {
        keys = keys.and_read(key(seed)).unwrap();
    }
    let mut random = Random::new(30);
    for (format, maker) in super::FORMATS {
        let sealer = maker(&keys, &SCOPE, super::entropy());
        let token = sealer.seal(&ID, &record(&[])).unwrap();
        let mut garbage: Vec<Vec<u8>> = (0..200).map(|_| random.mutated(token.as_bytes())).collect();
        garbage.push(vec![b'A'; MAX_TEXT]);
        garbage.push([&token.as_bytes()[..token.len() - 43], &[b'A'; 43]].concat());
        for text in garbage.iter().filter(|text| *text != token.as_bytes()) {
            let (checks, _) = probe::count(|| refused(format, &*sealer, text));
            assert!(checks <= 1, "{format}: {checks} tags were checked");
        }
    }
}

#[test]
fn t35_no_text_makes_a_sealer_panic() {
    let mut random = Random::new(31);
    for (format, sealer, token) in tokens() {
        for _ in 0..5_000 {
            let length = random.below(600);
            let noise = random.bytes(length);
            refused(format, &*sealer, &noise);
            refused(format, &*sealer, URL_SAFE_NO_PAD.encode(&noise).as_bytes());
            let mutated = random.mutated(token.as_bytes());
            if mutated != token.as_bytes() {
                refused(format, &*sealer, &mutated);
            }
        }
    }
}

#[test]
fn t35_no_plaintext_makes_reading_panic() {
    // what only who has the key can write: a bug of another version, say
    let mut packed = Vec::new();
    crate::seal::packed::write(&ID, &record(&[("a", "1"), ("b", "[]")]), &mut packed);
    let mut random = Random::new(32);
    for _ in 0..20_000 {
        drop(crate::seal::packed::read(&random.mutated(&packed)));
    }
    for cut in 0..packed.len() {
        assert!(crate::seal::packed::read(&packed[..cut]).is_none());
    }
    let (_, sealer, token) = tokens().next().unwrap();
    let mut parts = token.split('.');
    let header = parts.next().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
    let mac = MacKey::new(&*key(1).derive("signed cookie 1", &SCOPE.parts()));
    for _ in 0..5_000 {
        drop(sealer.open(compact::write(header, &random.mutated(&claims), &mac).as_bytes(), NOW));
    }
}
