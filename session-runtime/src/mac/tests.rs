//! The tags are those of RFC 4231, and one that differs anywhere is refused.

use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

use super::MacKey;
use crate::testing::hex;

#[test]
fn the_tags_are_those_of_rfc_4231() {
    let cases: [(&[u8], &[u8], &str); 3] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        // longer than a block: the key is hashed first
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ];
    for (key, data, tag) in cases {
        assert_eq!(hex(&MacKey::new(key).tag(&[data])), tag);
        let (start, end) = data.split_at(data.len() / 2);
        assert_eq!(hex(&MacKey::new(key).tag(&[start, b"", end])), tag, "in parts");
    }
}

#[test]
fn a_key_of_one_block_is_not_hashed() {
    // a key that is padded with zeros is the same key, and a hashed one is not
    let (block, longer) = ([7; 64], [7; 65]);
    assert_eq!(MacKey::new(&[7, 0]).tag(&[b"x"]), MacKey::new(&[7]).tag(&[b"x"]));
    assert_ne!(MacKey::new(&block).tag(&[b"x"]), MacKey::new(&longer).tag(&[b"x"]));
}

#[test]
fn s9_a_tag_that_differs_in_any_bit_is_refused() {
    let key = MacKey::new(b"key");
    let tag = key.tag(&[b"data"]);
    assert!(key.verify(&[b"data"], &tag));
    for bit in 0..256 {
        let mut other = tag;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!key.verify(&[b"data"], &other));
    }
}

#[test]
fn t14_the_state_of_a_key_is_overwritten_when_dropped() {
    fn is_overwritten<T: ZeroizeOnDrop>() {}
    // an `Hmac` is two states of its hash and nothing else
    is_overwritten::<<Sha256 as hmac::EagerHash>::Core>();
    is_overwritten::<Sha256>();
    #[cfg(feature = "encrypted-cookie")]
    is_overwritten::<chacha20poly1305::XChaCha20Poly1305>();
}
