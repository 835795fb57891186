//! The header, byte for byte, and what an independent parser makes of it.

use std::time::Duration;

use cookie::Cookie;

use super::CookieWriter;
use crate::cookie::config::CookieConfig;
use crate::cookie::rules::SameSite;
use crate::cookie::tests::config;
use crate::token::{OsEntropy, Token};

const ID: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const EPOCH: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

fn writer(config: &CookieConfig) -> CookieWriter {
    CookieWriter::new(config).unwrap()
}

fn id() -> Token {
    Token::parse(ID).unwrap()
}

/// Every combination of attributes that the rules allow.
fn allowed() -> Vec<CookieConfig> {
    let mut all = Vec::new();
    for (name, path, domain) in [
        ("__Host-id", "/", None),
        ("__Host-Http-id", "/", None),
        ("__Http-id", "/shop", Some("example.com")),
        ("__Secure-id", "/a b,c=\"d\"", Some("shop.example.com")),
        ("id", "/", None),
        ("!#$%&'*+-.^_`|~", "/", Some("localhost")),
    ] {
        for flags in 0..8 {
            for same_site in [SameSite::Strict, SameSite::Lax, SameSite::None] {
                let config = CookieConfig {
                    name: name.into(),
                    path: path.into(),
                    domain: domain.map(Into::into),
                    secure: flags & 1 == 0,
                    http_only: flags & 2 == 0,
                    partitioned: flags & 4 != 0,
                    same_site,
                    persistent: false,
                };
                all.extend(config.check().is_ok().then_some(config));
            }
        }
    }
    assert!(all.len() > 30, "only {}", all.len());
    all
}

#[test]
fn s31_s34_s35_s36_s45_the_default_header() {
    let writer = writer(&config());
    assert_eq!(
        writer.set(&id(), None),
        format!("__Host-id={ID}; HttpOnly; SameSite=Lax; Secure; Path=/"),
        "no Domain, no Max-Age"
    );
}

#[test]
fn s25_s42_s43_removal_has_the_attributes_of_setting() {
    assert_eq!(
        writer(&config()).remove(),
        format!("__Host-id=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires={EPOCH}")
    );
    let wide = CookieConfig {
        name: "__Secure-sid".into(),
        path: "/shop".into(),
        domain: Some("example.com".into()),
        partitioned: true,
        same_site: SameSite::None,
        ..config()
    };
    let attributes = "HttpOnly; SameSite=None; Partitioned; Secure; Path=/shop; Domain=example.com";
    assert_eq!(writer(&wide).set(&id(), None), format!("__Secure-sid={ID}; {attributes}"));
    assert_eq!(writer(&wide).remove(), format!("__Secure-sid=; {attributes}; Max-Age=0; Expires={EPOCH}"));
}

#[test]
fn for_plain_http_only_secure_is_gone() {
    let plain = CookieConfig { name: "id".into(), secure: false, ..config() };
    assert_eq!(writer(&plain).set(&id(), None), format!("id={ID}; HttpOnly; SameSite=Lax; Path=/"));
    let strict = CookieConfig { same_site: SameSite::Strict, http_only: false, ..plain };
    assert_eq!(writer(&strict).set(&id(), None), format!("id={ID}; SameSite=Strict; Path=/"));
}

#[test]
fn s42_t35_max_age_is_whole_seconds_between_one_and_400_days() {
    let writer = writer(&config());
    let age = |max_age| {
        let header = writer.set(&id(), Some(max_age));
        let (rest, age) = header.rsplit_once("; Max-Age=").unwrap();
        assert_eq!(rest, writer.set(&id(), None));
        age.to_owned()
    };
    for (max_age, written) in [
        (Duration::ZERO, "1"),
        (Duration::from_nanos(1), "1"),
        (Duration::from_millis(1999), "1"),
        (Duration::from_secs(3600), "3600"),
        (Duration::from_secs(34_560_000), "34560000"),
        (Duration::from_secs(34_560_001), "34560000"),
        (Duration::MAX, "34560000"),
    ] {
        assert_eq!(age(max_age), written, "{max_age:?}");
    }
}

#[test]
fn s39_s40_t36_the_output_parses_back_to_what_was_configured() {
    for config in allowed() {
        let writer = writer(&config);
        let token = Token::random(&OsEntropy, None).unwrap();
        let mut id = String::new();
        token.write(&mut id);
        let set = writer.set(&token, Some(Duration::from_secs(60)));
        let removed = writer.remove();
        for (header, value, age) in [(&set, id.as_str(), 60), (&removed, "", 0)] {
            let parsed = Cookie::parse(header.as_str()).unwrap();
            assert_eq!(parsed.name(), config.name);
            assert_eq!(parsed.value(), value);
            assert_eq!(parsed.path(), Some(config.path.as_str()), "{header}");
            assert_eq!(parsed.domain(), config.domain.as_deref());
            assert_eq!(parsed.secure().unwrap_or(false), config.secure, "{header}");
            assert_eq!(parsed.http_only().unwrap_or(false), config.http_only);
            assert_eq!(parsed.partitioned().unwrap_or(false), config.partitioned);
            assert_eq!(parsed.max_age().map(cookie::time::Duration::whole_seconds), Some(age));
            let site = match config.same_site {
                SameSite::Strict => cookie::SameSite::Strict,
                SameSite::Lax => cookie::SameSite::Lax,
                SameSite::None => cookie::SameSite::None,
            };
            assert_eq!(parsed.same_site(), Some(site));
            assert_eq!(
                parsed.expires_datetime().map(cookie::time::OffsetDateTime::unix_timestamp),
                (age == 0).then_some(0)
            );
            assert!(header.bytes().all(|b| (b' '..0x7F).contains(&b)), "{header}");
        }
    }
}

#[test]
fn s40_no_attribute_is_written_twice() {
    for config in allowed() {
        let writer = writer(&config);
        for header in [writer.set(&id(), Some(Duration::from_secs(60))), writer.remove()] {
            let mut names: Vec<_> = header
                .split("; ")
                .skip(1)
                .map(|a| a.split('=').next().unwrap_or(a).to_ascii_lowercase())
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{header}");
        }
    }
}

#[test]
fn s37_the_longest_name_leaves_name_and_value_far_below_4096_bytes() {
    let long = CookieConfig { name: "n".repeat(64), ..config() };
    let header = writer(&long).set(&id(), None);
    let (pair, _) = header.split_once(';').unwrap();
    assert_eq!(pair.len(), 64 + 1 + 43);
}

#[test]
fn t36_a_configuration_that_breaks_a_rule_writes_nothing() {
    for (name, path, domain) in [
        ("id=a; Domain", "/", None),
        ("__Secure-id", "/; Domain=evil.com", None),
        ("__Secure-id", "/", Some("example.com; Path=/admin")),
        ("id\r\nSet-Cookie: a", "/", None),
    ] {
        let config =
            CookieConfig { name: name.into(), path: path.into(), domain: domain.map(Into::into), ..config() };
        assert!(CookieWriter::new(&config).unwrap_err().is_config());
    }
}
