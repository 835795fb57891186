//! Pickles are read, never run. The vectors of Emmett are read by `tests/tests/emmett.rs`.

use serde_json::{Map, Value, json};

use super::{Error, Key, MAX_BYTES, decode_cookie, decode_file, decode_redis, encode_cookie, pickle};
use crate::mac::probe;
use crate::testing::{Random, hex};

/// A pickle of protocol 4 with this program.
fn pickled(program: &[u8]) -> Result<Map<String, Value>, Error> {
    decode_redis(&[b"\x80\x04", program].concat())
}

/// The value that this program makes.
fn made(program: &[u8]) -> Result<Value, Error> {
    pickled(&[b"}\x8c\x01v", program, b"s."].concat()).map(|mut session| session.remove("v").unwrap())
}

fn map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("no object: {value}") };
    map
}

#[test]
fn each_kind_of_value_is_read() {
    for (program, expected) in [
        (&b"N"[..], json!(null)),
        (b"\x88", json!(true)),
        (b"\x89", json!(false)),
        (b"K\xff", json!(255)),
        (b"M\xff\xff", json!(65535)),
        (b"J\xff\xff\xff\xff", json!(-1)),
        (b"\x8a\x00", json!(0)),
        (b"\x8a\x01\x80", json!(-128)),
        (b"\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80", json!(i64::MIN)),
        (b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00", json!(u64::MAX)),
        (b"G\x40\x09\x21\xfb\x54\x44\x2d\x18", json!(std::f64::consts::PI)),
        (b"X\x02\x00\x00\x00\xc3\xa9", json!("é")),
        (b"\x8c\x00", json!("")),
        (b"]", json!([])),
        (b"]K\x01a", json!([1])),
        (b"](K\x01K\x02e", json!([1, 2])),
        (b")", json!([])),
        (b"K\x01\x85", json!([1])),
        (b"K\x01K\x02\x86", json!([1, 2])),
        (b"K\x01K\x02K\x03\x87", json!([1, 2, 3])),
        (b"(K\x01K\x02K\x03K\x04t", json!([1, 2, 3, 4])),
        (b"}(\x8c\x01aK\x01\x8c\x01bK\x02u", json!({"a": 1, "b": 2})),
        (b"}(\x8c\x01aK\x01\x8c\x01aK\x02u", json!({"a": 2})),
        (b"cemmett_core.datastructures\nsdict\n)\x81\x8c\x01aK\x01s", json!({"a": 1})),
        (b"\x8c\x15emmett.datastructures\x8c\x05sdict\x93)\x81", json!({})),
    ] {
        assert_eq!(made(program).unwrap_or_else(|error| panic!("{program:?}: {error}")), expected);
    }
}

#[test]
fn one_value_in_many_places() {
    // memoised by turn and by number, short and long
    assert_eq!(
        made(b"\x8c\x01x\x940\x8c").unwrap_err().to_string(),
        Error::unsupported().to_string(),
        "no POP"
    );
    assert_eq!(made(b"](\x8c\x01x\x94h\x00h\x00e").unwrap(), json!(["x", "x", "x"]));
    assert_eq!(made(b"](\x8c\x01xq\x07h\x07e").unwrap(), json!(["x", "x"]));
    assert_eq!(made(b"](\x8c\x01xr\x00\x00\x01\x00j\x00\x00\x01\x00e").unwrap(), json!(["x", "x"]));
    // a list that is changed after it was put elsewhere
    assert_eq!(made(b"](]\x94h\x00K\x01ae").unwrap(), json!([[1], [1]]));
}

/// `pickletools.opcodes`, all 68 of them, but for those that are understood.
#[test]
fn t14_t37_every_other_opcode_is_refused() {
    let understood = b".(N\x88\x89JKM\x8aGX\x8c]ae}su)\x85\x86\x87t\x94qrhjc\x93\x81\x95\x80";
    for opcode in 0..=255 {
        // with all that an opcode may find on the stack and behind it
        let program = [b"}](\x8c\x01aK\x01", &[opcode][..], &[b'0'; 40], b"\n\n."].concat();
        let is_understood = understood.contains(&opcode) && opcode != 0x80;
        match pickled(&program) {
            Ok(session) => panic!("{opcode:#x} makes {session:?}"),
            Err(error) => assert!(is_understood || error.is_unsupported(), "{opcode:#x}"),
        }
    }
}

#[test]
fn t14_nothing_is_constructed_or_called() {
    for program in [
        // os.system("id")
        &b"cos\nsystem\n(\x8c\x02idtR."[..],
        b"\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
        b"cbuiltins\neval\n\x8c\x011\x85R.",
        b"c__builtin__\nobject\n)\x81.",
        b"ccopyreg\n_reconstructor\n.",
        b"(\x8c\x02idios\nsystem\n.",
        b"cemmett_core.datastructures\nConfigData\n)\x81.",
        b"cemmett_core.datastructures.os\nsdict\n)\x81.",
        b"\x8c\x1aemmett_core.datastructures\x8c\x0esdict.__init__\x93)\x81.",
        // the class as a value, called, with arguments, with a state
        b"}\x8c\x01acemmett_core.datastructures\nsdict\ns.",
        b"cemmett_core.datastructures\nsdict\n)R.",
        b"cemmett_core.datastructures\nsdict\nK\x01\x85\x81.",
        b"cemmett_core.datastructures\nsdict\n)\x81}b.",
        b"})\x81.",
        // extension registry, persistent ids, buffers
        b"\x82\x01.",
        b"Pid\n.",
        b"Q.",
        b"\x97.",
    ] {
        assert!(pickled(program).unwrap_err().is_unsupported(), "{}", String::from_utf8_lossy(program));
    }
}

#[test]
fn values_that_json_cannot_carry_are_refused_rather_than_changed() {
    for program in [
        &b"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01"[..], // 2^64
        b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\xff",      // -2^63 - 1
        b"\x8a\x11\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
        b"G\x7f\xf0\x00\x00\x00\x00\x00\x00", // infinity
        b"G\x7f\xf8\x00\x00\x00\x00\x00\x00", // not a number
        b"\x8c\x03\xed\xa0\x80",              // half a character
        b"C\x01a",                            // bytes
        b"\x8f",                              // a set
        b"}K\x01K\x02s",                      // a key that is a number
        b"}NK\x02s",
    ] {
        assert!(made(program).unwrap_err().is_unsupported(), "{program:?}");
    }
}

#[test]
fn what_is_no_pickle_of_a_session_is_refused() {
    for bytes in [
        &b""[..],
        b"\x80",
        b"}.",
        b"{\"a\":1}",
        b"\x80\x04.",
        b"\x80\x04}",
        b"\x80\x04}}.",
        b"\x80\x04(}.",
        b"\x80\x04}..",
        b"\x80\x04}.}",
        b"\x80\x04].",
        b"\x80\x04N.",
        b"\x80\x04\x8c\x01x.",
        b"\x80\x04}a.",
        b"\x80\x04}s.",
        b"\x80\x04}u.",
        b"\x80\x04}(\x8c\x01au.",
        b"\x80\x04](K\x01s.",
        b"\x80\x04}(e.",
        b"\x80\x04\x94.",
        b"\x80\x04h\x00.",
        b"\x80\x04j\xff\xff\xff\xff.",
        b"\x80\x04t.",
        b"\x80\x04}(\x85.",
        b"\x80\x04K\x01\x86.",
        b"\x80\x04X\xff\xff\xff\xffx.",
        b"\x80\x04\x8c\xffx.",
        b"\x80\x04\x8a\xff.",
        b"\x80\x04\x93.",
        b"\x80\x04cos.",
    ] {
        assert!(decode_redis(bytes).unwrap_err().is_rejected(), "{}", String::from_utf8_lossy(bytes));
    }
    // other protocols and zlib are known, and not read
    for bytes in [&b"\x80\x01}."[..], b"\x80\x06}.", b"\x78\x9c\xab\xae\x05\x00\x01\x75\x00\xf9"] {
        assert!(decode_redis(bytes).unwrap_err().is_unsupported());
    }
}

#[test]
fn t19_a_pickle_that_doubles_itself_makes_no_gigabytes() {
    // a = ["x" * 255]; b = [a, a]; c = [b, b]; ...
    let mut program = [b"](\x8c\xff", &[b'x'; 255][..], b"e\x94"].concat();
    for at in 0..30 {
        program.extend([b']', b'(', b'h', at, b'h', at, b'e', 0x94]);
    }
    assert!(made(&[&program[..], b""].concat()).is_err());
    let started = std::time::Instant::now();
    assert!(pickled(&[b"}\x8c\x01v", &program[..], b"s."].concat()).is_err());
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn a_value_that_contains_itself_is_refused() {
    assert!(made(b"]\x94h\x00a").unwrap_err().is_unsupported());
    assert!(made(b"}\x94\x8c\x01ah\x00s").unwrap_err().is_unsupported());
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| [&b"]".repeat(depth)[..], &b"a".repeat(depth - 1)].concat();
    assert!(made(&nested(100)).is_ok());
    assert!(made(&nested(101)).unwrap_err().is_unsupported());
    assert!(made(&nested(100_000)).unwrap_err().is_unsupported());
    let session = |length: usize| [b"\x80\x04}", &b"N".repeat(length)[..], b"."].concat();
    assert!(decode_redis(&session(MAX_BYTES)).unwrap_err().is_rejected());

    let deep = |depth: usize| (0..depth).fold(json!(1), |value, _| Value::Array(vec![value]));
    let key = Key::new("key").unwrap();
    let cookie = encode_cookie(&map(json!({"v": deep(99)})), &key).unwrap();
    assert_eq!(decode_cookie(&cookie, &key).unwrap()["v"], deep(99));
    assert!(encode_cookie(&map(json!({"v": deep(100)})), &key).unwrap_err().is_unencodable());
    assert!(encode_cookie(&map(json!({"v": deep(1000)})), &key).unwrap_err().is_unencodable());
}

#[test]
fn what_is_minted_is_read() {
    let session = map(json!({
        "": null, "t": true, "f": false, "ключ": "日本 👩‍🚀\u{0}",
        "ints": [0, -1, 255, 256, 65535, 65536, i32::MIN, i32::MAX, 4_294_967_296_u64, i64::MIN, i64::MAX, u64::MAX],
        "floats": [0.5, -0.0, 1e300, 5e-324], "nested": {"a": [], "b": {}, "c": [[1, {"d": [2]}]]},
    }));
    let key = Key::new("пароль-🔑").unwrap();
    let cookie = encode_cookie(&session, &key).unwrap();
    assert_eq!(decode_cookie(&cookie, &key).unwrap(), session);
    assert_eq!(decode_cookie(format!("\"{cookie}\""), &key).unwrap(), session);
    assert_ne!(cookie, encode_cookie(&session, &key).unwrap(), "another salt");
    assert!(decode_cookie(&cookie, &Key::new("other").unwrap()).unwrap_err().is_rejected());
    assert_eq!(hex(&pickle::write(&map(json!({"n": 1}))).unwrap()), "80027d2858010000006e4a01000000752e");
}

#[test]
fn md21_a_cookie_that_no_browser_keeps_is_not_minted() {
    let key = Key::new("key").unwrap();
    let mut longest = 0;
    for length in 2900..3100 {
        if let Ok(cookie) = encode_cookie(&map(json!({"v": "x".repeat(length)})), &key) {
            longest = longest.max(cookie.len());
            assert!(cookie.len() <= 4096);
        }
    }
    assert_eq!(longest, 4094);
}

#[test]
fn keys_are_stretched_as_rfc_7914_says() {
    let mut out = [0; 64];
    Key::new("passwd").unwrap().stretch(b"salt", 1, &mut out);
    assert_eq!(
        hex(&out),
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
         49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
    );
}

#[test]
fn s52_t11_a_cookie_that_differs_is_not_decrypted() {
    let key = Key::new("key").unwrap();
    let cookie = encode_cookie(&map(json!({"user": "bob"})), &key).unwrap();
    let mut random = Random::new(40);
    for at in 0..cookie.len() {
        let mut text = cookie.clone().into_bytes();
        text[at] ^= 1 << random.below(7);
        let (checks, _) = probe::count(|| {
            assert!(
                decode_cookie(&text, &key).unwrap_err().is_rejected(),
                "{}",
                String::from_utf8_lossy(&text)
            );
        });
        assert!(checks <= 1);
    }
    for cut in [0, 1, 43, 44, 45, 88, 89, 90, cookie.len() - 1] {
        assert!(decode_cookie(&cookie[..cut], &key).unwrap_err().is_rejected());
    }
    let spaced = cookie.replacen(':', " :", 1);
    for text in [
        &spaced,
        &format!("{cookie}:"),
        &format!("\"{cookie}"),
        &format!("'{cookie}'"),
        &cookie.replace(':', ""),
    ] {
        assert!(decode_cookie(text, &key).unwrap_err().is_rejected(), "{text}");
    }
}

#[test]
fn t20_a_cookie_that_is_too_long_costs_nothing() {
    let key = Key::new("key").unwrap();
    let (checks, _) = probe::count(|| {
        assert!(decode_cookie(vec![b'A'; 8193], &key).unwrap_err().is_rejected());
        assert!(decode_cookie(vec![b':'; 1 << 20], &key).unwrap_err().is_rejected());
    });
    assert_eq!(checks, 0);
}

#[test]
fn t14_a_key_is_not_printed_and_not_empty() {
    let key = Key::new("CANARY").unwrap();
    let file =
        decode_file(&[b"G\x41\xdc\x4f\xec\xc0\x20\x00\x00.\x80\x04}", &b"\x8c\x06CANARYNs."[..]].concat())
            .unwrap();
    assert!(file.session.contains_key("CANARY"));
    assert!(!format!("{key:?} {file:?}").contains("CANARY"));
    assert!(Key::new("").unwrap_err().is_no_key());
}

#[test]
fn a_file_says_when_it_ends() {
    let file = |seconds: f64| decode_file(&[b"G", &seconds.to_be_bytes()[..], b".\x80\x04}."].concat());
    for (seconds, millis) in [(0.0, 0), (-1.0, 0), (1.5, 1500), (1e300, u64::MAX)] {
        assert_eq!(file(seconds).unwrap().expires.as_millis(), millis);
    }
    for seconds in [f64::NAN, f64::INFINITY] {
        assert!(file(seconds).unwrap_err().is_rejected());
    }
    for content in [&b""[..], b"G", b"G12345678.", b"G12345678x\x80\x04}.", b"X12345678.\x80\x04}."] {
        assert!(decode_file(content).unwrap_err().is_rejected());
    }
}

#[test]
fn t35_no_bytes_make_a_reader_panic() {
    let mut random = Random::new(41);
    let nested = map(json!({"a": [1, {"b": [2.5, "é", null, true]}], "c": u64::MAX}));
    let mut pickles = vec![pickle::write(&nested).unwrap()];
    pickles.push(b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x1aemmett_core.datastructures\x94\x8c\x05sdict\x94\x93\x94)\x81\x94(\x8c\x01a\x94K\x01\x8c\x01b]\x94(h\x04K\x02\x86\x94eu.".to_vec());
    assert!(pickles.iter().all(|pickle| decode_redis(pickle).is_ok()));
    let opcodes = b".(N\x88\x89JKM\x8aGX\x8c]ae}su)\x85\x86\x87t\x94qrhjc\x93\x81\x95\x80\x00\x01\x02";
    for _ in 0..5_000 {
        for pickle in &pickles {
            drop(decode_redis(&random.mutated(pickle)));
        }
        // programs of opcodes that are understood, in any order
        let length = random.below(60);
        let program: Vec<u8> = (0..length).map(|_| opcodes[random.below(opcodes.len())]).collect();
        drop(pickled(&program));
        drop(decode_file(&random.bytes(length)));
    }
    let key = Key::new("key").unwrap();
    for _ in 0..1_000 {
        let length = random.below(200);
        drop(decode_cookie(random.bytes(length), &key));
    }
}
