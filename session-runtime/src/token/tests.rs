//! Ids are random, opaque, and nothing but canonical text of one is read.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{BYTES, Entropy, Key, LINEAGE, NoEntropy, OsEntropy, Purpose, Slot, TEXT, Token};

fn text(token: &Token) -> String {
    let mut out = String::new();
    token.write(&mut out);
    out
}

/// MP-18.
#[test]
fn s1_a_million_ids_are_distinct_and_each_bit_is_fair() {
    const IDS: u32 = 1_000_000;
    // how often each byte value occurs at each position; the bits are counted from that
    let mut seen = vec![[0_u32; 256]; BYTES];
    let mut heads = Vec::new();
    for _ in 0..IDS {
        let Token { id: bytes, .. } = Token::random(&OsEntropy, None).unwrap();
        for (position, byte) in seen.iter_mut().zip(bytes) {
            position[usize::from(byte)] += 1;
        }
        heads.push(u64::from_le_bytes(*bytes.first_chunk().unwrap()));
    }
    heads.sort_unstable();
    assert!(heads.windows(2).all(|pair| pair[0] != pair[1]), "two ids share their first 64 bits");

    // the number of ones is binomial with n = 1,000,000 and p = 1/2: its standard deviation is 500
    let six_sigma = 6 * 500;
    for (at, position) in seen.iter().enumerate() {
        for bit in 0..8 {
            let ones: u32 = (0..256).filter(|value| value >> bit & 1 == 1).map(|value| position[value]).sum();
            assert!(ones.abs_diff(IDS / 2) < six_sigma, "byte {at}, bit {bit}: {ones} ones");
        }
    }
}

#[test]
fn s2_t21_a_source_that_fails_or_is_stuck_gives_no_id() {
    struct Fails;
    impl Entropy for Fails {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            // a short read: some bytes came before the failure
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
    assert!(Token::random(&Fails, None).is_err());
    assert!(Token::random(&Stuck, None).is_err());
}

#[test]
fn s2_threads_draw_no_duplicates() {
    let mut all: Vec<String> = std::thread::scope(|scope| {
        let draw = || (0..1000).map(|_| text(&Token::random(&OsEntropy, None).unwrap())).collect::<Vec<_>>();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 8000);
}

#[test]
fn s4_an_id_is_fixed_length_base64url_and_nothing_but_the_random_bytes() {
    struct Fixed(AtomicU8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0.load(Ordering::Relaxed));
            Ok(())
        }
    }
    // neither time nor user nor a counter is in it: the same bits give the same text
    let fixed = Fixed(AtomicU8::new(0xFB));
    let first = text(&Token::random(&fixed, None).unwrap());
    assert_eq!(first, text(&Token::random(&fixed, None).unwrap()));
    assert_eq!(first, "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
    for _ in 0..1000 {
        let text = text(&Token::random(&OsEntropy, None).unwrap());
        assert_eq!(text.len(), TEXT);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}

#[test]
fn an_id_is_read_as_it_was_written() {
    for slot in [None, Some(Slot::of([0, 0])), Some(Slot::of([0xAB, 0xCD]))].repeat(300) {
        let token = Token::random(&OsEntropy, slot).unwrap();
        let read = Token::parse(text(&token)).unwrap();
        assert_eq!((token.id, token.slot), (read.id, read.slot));
        assert_eq!(key(&token), key(&read));
    }
}

#[test]
fn s6_t6_what_is_not_an_id_is_not_read() {
    let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    assert!(Token::parse(good).is_some());
    let changed = |at: usize, to: u8| {
        let mut bytes = good.as_bytes().to_vec();
        bytes[at] = to;
        bytes
    };
    let refused: Vec<Vec<u8>> = vec![
        b"".into(),
        b" ".into(),
        b"\t".into(),
        b"0".into(),
        b"null".into(),
        vec![b' '; TEXT],
        vec![0; TEXT],
        vec![0xFF; TEXT],
        // all zero
        vec![b'A'; TEXT],
        // too short, too long, padded, doubled
        good.as_bytes()[..TEXT - 1].into(),
        [good.as_bytes(), b"A"].concat(),
        [good.as_bytes(), b"="].concat(),
        [&good.as_bytes()[..TEXT - 1], b"="].concat(),
        [good.as_bytes(), good.as_bytes()].concat(),
        vec![b'B'; 1 << 20],
        // white space and line breaks around or inside
        [b" ", &good.as_bytes()[1..]].concat(),
        [good.as_bytes(), b"\n"].concat(),
        changed(20, b'\n'),
        changed(20, b'\r'),
        changed(20, 0),
        // the other alphabet of base64, percent signs, path characters, quotes
        changed(3, b'+'),
        changed(3, b'/'),
        changed(3, b'%'),
        changed(3, b'.'),
        changed(0, b'"'),
        changed(3, 0xC3),
        // the last character carries four bits; the two left over must be zero, or one id had four texts
        changed(TEXT - 1, b'9'),
        changed(TEXT - 1, b'-'),
        changed(TEXT - 1, b'_'),
    ];
    for text in refused {
        assert!(Token::parse(&text).is_none(), "{:?}", text.escape_ascii().to_string());
    }
}

#[test]
fn s6_each_id_has_one_text() {
    let last = |c: u8| [&b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh"[..], &[c]].concat();
    let read = (0..=u8::MAX).filter(|c| Token::parse(last(*c)).is_some()).count();
    assert_eq!(read, 16);
}

#[test]
fn s6_a_slot_tag_is_read_as_strictly_as_the_id() {
    let token = Token::random(&OsEntropy, Some(Slot::of([1, 2]))).unwrap();
    let good = text(&token);
    assert_eq!(good.len(), 46);
    // of 43 characters it would be another id
    for length in (0..good.len()).filter(|length| *length != TEXT) {
        assert!(Token::parse(&good[..length]).is_none(), "{length}");
    }
    assert!(Token::parse(format!("{good}A")).is_none());
    assert!(Token::parse("A".repeat(46)).is_none(), "all zero");
    assert!(Token::parse(format!("{}{}", "A".repeat(43), "QIE")).is_none(), "an id of zeros with a tag");
}

#[test]
fn s10_another_slot_is_another_id() {
    let id = Token::random(&OsEntropy, None).unwrap().id;
    let at = |slot| key(&Token { id, slot });
    let keys = [at(None), at(Some(Slot::of([0, 0]))), at(Some(Slot::of([0, 1])))];
    assert!((1..keys.len()).all(|n| keys[..n].iter().all(|key| key.as_bytes() != keys[n].as_bytes())));
    assert_eq!(keys.map(|key| key.slot().map(Slot::as_u16)), [None, Some(0), Some(1)]);
}

fn key(token: &Token) -> Key {
    token.key(&Purpose::of("id", "/"))
}

#[test]
fn s71_an_id_is_another_one_for_another_cookie() {
    let token = Token::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    let purposes = [("id", "/"), ("id", "/admin"), ("admin", "/"), ("id/", ""), ("", "id/")];
    let keys: Vec<Key> = purposes.iter().map(|(name, path)| token.key(&Purpose::of(name, path))).collect();
    assert!((1..keys.len()).all(|n| !keys[..n].contains(&keys[n])));
}

#[test]
fn t1_s10_keys_are_sha_256_and_unrelated_for_related_ids() {
    let one = Token::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    // sha256 of 00 01 02 … 1f and the first 16 bytes of sha256("id\0/"), known from elsewhere
    let expected = "5b71ad260e23ddf51f33ea9d7e0fa2a900408a7c00e0b8f40c11f8956112b449";
    assert_eq!(key(&one).to_hex(), expected);

    let Token { id: mut bytes, .. } = one.clone();
    bytes[BYTES - 1] ^= 1;
    let other = Token { id: bytes, slot: None };
    let same = key(&one).as_bytes().iter().zip(key(&other).as_bytes()).filter(|(a, b)| a == b).count();
    assert!(same < 6, "{same} bytes of 32 are equal");
    assert!(!key(&one).as_bytes().windows(4).any(|part| one.id.windows(4).any(|raw| raw == part)));
}

#[test]
fn s34_t22_debug_shows_no_byte() {
    let token = Token::random(&OsEntropy, None).unwrap();
    assert_eq!(format!("{token:?}"), "Token(..)");
    assert_eq!(format!("{:?}", key(&token)), "Key(..)");
}

#[test]
fn s24_a_renewed_id_follows_from_the_old_one_and_the_nonce_and_from_nothing_else() {
    let slot = Slot::of(*b"ab");
    let (one, other) = (Token { id: [1; 32], slot: Some(slot) }, Token { id: [2; 32], slot: Some(slot) });
    let renewed = one.renewed(&[7; 32]);
    assert_eq!(renewed.id, one.renewed(&[7; 32]).id, "everybody computes the same");
    assert_eq!(renewed.slot, Some(slot), "a rotation keeps the slot");
    for differs in [one.renewed(&[8; 32]), other.renewed(&[7; 32])] {
        assert_ne!(differs.id[LINEAGE..], renewed.id[LINEAGE..]);
    }
    assert_ne!(renewed.id[LINEAGE..], one.id[LINEAGE..]);
    // what a store knows beside the nonce: the keys, and they do not give it
    let purpose = Purpose::of("__Host-id", "/");
    let from_key = Token { id: *one.key(&purpose).as_bytes(), slot: None }.renewed(&[7; 32]);
    assert_ne!(from_key.id[LINEAGE..], renewed.id[LINEAGE..]);
    assert_ne!(*one.key(&purpose).as_bytes(), renewed.id);
    assert_eq!(one.renewed(&[7; 32]).slot.map(Slot::as_u16), one.slot.map(Slot::as_u16));
}

#[test]
fn s24_s28_a_renewal_leaves_what_csrf_tokens_show_and_nothing_else_does() {
    let purpose = Purpose::of("__Host-id", "/");
    for slot in [None, Some(Slot::of(*b"ab"))] {
        let first = Token::random(&OsEntropy, slot).unwrap();
        let third = first.renewed(&[7; 32]).renewed(&[8; 32]);
        assert_eq!(third.csrf_base(&purpose), first.csrf_base(&purpose));
        assert_ne!(third.key(&purpose), first.key(&purpose));
        let rotated = Token::random(&OsEntropy, slot).unwrap();
        assert_ne!(rotated.csrf_base(&purpose), first.csrf_base(&purpose));
    }
}
