//! The byte tables: what is our cookie, what is not, and what stands beside it.

use super::{Candidates, Value, candidates, values};
use crate::token::Token;

const NAME: &str = "__Host-id";
const A: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const B: &str = "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const C: &str = "CCECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const D: &str = "DDECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The values in these header lines.
fn read<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    values(NAME, lines.iter().copied()).collect()
}

/// A line with `@` replaced by a well-formed id.
fn line(template: &[u8]) -> Vec<u8> {
    let mut parts = template.split(|b| *b == b'@');
    let first = parts.next().unwrap_or_default().to_vec();
    parts.fold(first, |line, part| [&line, A.as_bytes(), part].concat())
}

/// What the candidates are, in a word.
fn judge<L: AsRef<[u8]>>(lines: &[L]) -> String {
    match candidates(NAME, lines.iter().map(AsRef::as_ref), |text| Token::parse(text).map(Value::Id)) {
        Candidates::None => "none".into(),
        Candidates::Malformed => "malformed".into(),
        Candidates::TooMany => "too many".into(),
        Candidates::Some(presented) => {
            let text = |value| {
                let mut text = String::new();
                if let Value::Id(token) = value {
                    token.write(&mut text);
                }
                text[..1].to_owned()
            };
            presented.into_iter().map(text).collect()
        }
    }
}

fn judge_one(line: &str) -> String {
    judge(&[line])
}

#[test]
fn t7_s33_forged_names_are_not_ours() {
    let forged: &[&[u8]] = &[
        // encoded, in part or whole
        b"%5F%5FHost-id=@",
        b"__Host%2Did=@",
        b"__Host-i%64=@",
        b"%5f_Host-id=@",
        b"__Host-id%3D@",
        b"+__Host-id=@",
        // white space that is not SP or HTAB: Unicode, Latin-1, and the ASCII kinds that other parsers trim
        b"\xE2\x80\x80__Host-id=@",
        b"__Host-id\xE2\x80\x80=@",
        b"\xC2\xA0__Host-id=@",
        b"\xC2\x85__Host-id=@",
        b"\xA0__Host-id=@",
        b"\x85__Host-id=@",
        b"\xEF\xBB\xBF__Host-id=@",
        b"\x0B__Host-id=@",
        b"\x0C__Host-id=@",
        b"\r__Host-id=@",
        b"\n__Host-id=@",
        b"\r\n __Host-id=@",
        b"\x1F__Host-id=@",
        b"\0__Host-id=@",
        b"__Host-id\0=@",
        b"__Host-id =@",
        b"__Host-id\t=@",
        // nameless, so the name is in the value
        b"=__Host-id=@",
        b"==__Host-id=@",
        b" = __Host-id=@",
        b"__Host-id",
        b"__Host-id;@",
        // another name
        b"..Host-id=@",
        b"__Host.id=@",
        b"__host-id=@",
        b"__HOST-ID=@",
        b"__Host-Id=@",
        b"__Host-id2=@",
        b"x__Host-id=@",
        b"__Host-__Host-id=@",
        b"Host-id=@",
        b"id=@",
        b"__Host-id[]=@",
        b"__Host-id[0]=@",
        b"__Host_id=@",
        b"__Host\xE2\x80\x90id=@",
        b"\xEF\xBC\xBF_Host-id=@",
        // inside another cookie's value: quotes and commas end nothing
        b"x=\"a, __Host-id=@\"",
        b"x=a, __Host-id=@",
        b"x=a,__Host-id=@",
        b"x=__Host-id=@",
        b"x=a&__Host-id=@",
        b"x=a\n__Host-id=@",
        b"x=a\r\nCookie: __Host-id=@",
        b"x={__Host-id=@}",
        b"(__Host-id=@)",
        b"\"__Host-id\"=@",
        b"\"__Host-id=@\"",
        b"'__Host-id'=@",
        // RFC 2109
        b"$Version=1, __Host-id=@",
        b"$__Host-id=@",
        b"$Version=\"1\" __Host-id=@",
        b"\\__Host-id=@",
        // nothing at all
        b"",
        b";",
        b";;;",
        b"=",
        b"=;=",
        b" ",
        b"\t;\t",
        b"@",
    ];
    for template in forged {
        let line = line(template);
        assert!(read(&[&line]).is_empty(), "{}", template.escape_ascii());
        assert_eq!(judge(&[&line]), "none", "{}", template.escape_ascii());
    }
}

#[test]
fn t7_ours_is_read_as_it_stands() {
    let ours: &[(&[u8], &[u8])] = &[
        (b"__Host-id=v", b"v"),
        (b" __Host-id=v", b"v"),
        (b"\t__Host-id=v", b"v"),
        (b" \t \t__Host-id=v \t ", b"v"),
        (b"__Host-id=v;", b"v"),
        (b";__Host-id=v;", b"v"),
        (b"a=b;__Host-id=v", b"v"),
        (b"a=b;  __Host-id=v  ;c=d", b"v"),
        (b"__Host-id=", b""),
        (b"__Host-id= ", b""),
        (b"__Host-id==", b"="),
        (b"__Host-id=v=w", b"v=w"),
        // no quotes stripped, no percent decoded, no comma split, no other byte trimmed
        (b"__Host-id=\"v\"", b"\"v\""),
        (b"__Host-id=%76", b"%76"),
        (b"__Host-id=v,w", b"v,w"),
        (b"__Host-id= v", b" v"),
        (b"__Host-id=v\n", b"v\n"),
        (b"__Host-id=v\xC2\xA0", b"v\xC2\xA0"),
        (b"__Host-id=\xFF", b"\xFF"),
        (b"__Host-id=\0", b"\0"),
        (b"$Version=1; __Host-id=v; $Path=/", b"v"),
        (b"x=\"a; __Host-id=v\"", b"v\""),
    ];
    for (line, value) in ours {
        assert_eq!(read(&[line]), [*value], "{}", line.escape_ascii());
    }
}

#[test]
fn t9_a_bad_sibling_does_not_hide_ours() {
    let siblings: &[&[u8]] = &[
        b"x=\xff; @",
        b"\xff; @",
        b"\xff=\xfe; @; \xfd",
        b"x=%db; @",
        b"x=%; @",
        b"x=%zz; @",
        b"x=\"unclosed; @",
        b"x=\\; @",
        b"x; @",
        b"=; @",
        b"=x; @",
        b"; ; ;; @",
        b"x=a b c; @",
        b"x=\0; @",
        b"x=[1,2]; @",
        b"x={\"a\":\"b\"}; @",
        b"__Host-id; @",
        b"__Host-id=; @",
        b"__Host-id=rubbish; @",
        b"__Host-id=\xff\xfe; @",
        b"__Host-id=\"; @; y=\"",
        b"@; __Host-id=rubbish",
    ];
    for template in siblings {
        let template: Vec<u8> = template
            .split(|b| *b == b'@')
            .map(<[u8]>::to_vec)
            .reduce(|a, b| [&a, &b"__Host-id=@"[..], &b].concat())
            .unwrap_or_default();
        assert_eq!(judge(&[line(&template)]), "A", "{}", template.escape_ascii());
    }
}

#[test]
fn t9_s46_several_header_lines_are_read_and_a_bad_one_does_not_hide_the_next() {
    let ours = format!("__Host-id={A}");
    assert_eq!(judge(&[&b"\xff\xfe\xfd"[..], ours.as_bytes()]), "A");
    assert_eq!(judge(&[&b"x=\xff"[..], b"", b";", ours.as_bytes(), b"=\0"]), "A");
    assert_eq!(judge(&["a=b", "c=d; e=f", &ours, "g=h"]), "A");
    // a pair does not run over the end of its line
    assert_eq!(judge(&["__Host-id", &format!("={A}")]), "none");
    assert_eq!(judge::<&str>(&[]), "none");
}

#[test]
fn s46_t8_duplicates_are_all_seen_in_either_order() {
    assert_eq!(judge_one(&format!("__Host-id={A}; __Host-id={B}")), "AB");
    assert_eq!(judge_one(&format!("__Host-id={B}; __Host-id={A}")), "BA");
    assert_eq!(judge(&[format!("__Host-id={B}"), format!("x=y; __Host-id={A}")]), "BA");
    assert_eq!(judge_one(&format!("__Host-id={A}; __Host-id={B}; __Host-id={C}")), "ABC");
}

#[test]
fn t8_identical_ones_count_once() {
    let many = format!("__Host-id={A};").repeat(1000);
    assert_eq!(judge(&[&many]), "A");
    assert_eq!(judge(&[&many, &format!("__Host-id={B}"), &many]), "AB");
}

#[test]
fn t8_more_than_three_distinct_ones_are_too_many() {
    let all = [A, B, C, D].map(|id| format!("__Host-id={id}"));
    assert_eq!(judge(&all[..3]), "ABC");
    assert_eq!(judge(&all), "too many");
    assert_eq!(judge_one(&all.join("; ")), "too many");
    let repeated: Vec<_> = all[..3].iter().cycle().take(300).collect();
    assert_eq!(judge(&repeated), "ABC");
}

#[test]
fn s6_malformed_ones_count_only_when_there_is_nothing_else() {
    assert_eq!(judge_one("__Host-id="), "malformed");
    assert_eq!(judge_one("__Host-id=rubbish"), "malformed");
    assert_eq!(judge_one(&format!("__Host-id={}", "A".repeat(43))), "malformed");
    assert_eq!(judge_one(&format!("__Host-id=\"{A}\"")), "malformed");
    assert_eq!(judge_one(&format!("__Host-id= {A}")), "malformed");
    assert_eq!(judge_one(&format!("__Host-id={A},{B}")), "malformed");
    assert_eq!(judge_one(&format!("__Host-id={}", "x".repeat(1 << 20))), "malformed");
    assert_eq!(judge(&["__Host-id=1", "__Host-id=2", "__Host-id=3", "__Host-id=4"]), "malformed");
    let hidden = format!("__Host-id=1; __Host-id=2; __Host-id=3; __Host-id=4; __Host-id={A}; __Host-id=5");
    assert_eq!(judge(&[hidden]), "A");
}

#[test]
fn s32_only_the_exact_configured_name_is_accepted() {
    let line = format!("sid={A}; SID={B}; Sid={C}");
    let found: Vec<_> = values("sid", std::iter::once(line.as_bytes())).collect();
    assert_eq!(found, [A.as_bytes()]);
}

#[test]
fn s6_no_bytes_make_it_panic_or_find_what_is_not_there() {
    // a small generator is enough: the alphabet is what the parser looks at
    let alphabet = b"__Host-id==;; \t\"%,\xff\0A";
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        for _ in 0..(state >> 58) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.push(alphabet[usize::try_from(state >> 33).unwrap_or(0) % alphabet.len()]);
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let needle = b"__Host-id=";
        let expected = bytes.windows(needle.len()).any(|part| part == needle);
        assert!(expected || read(&[&bytes]).is_empty());
    }
}
