//! Which names and attributes are accepted, and what is said about the others.

use super::config::CookieConfig;
use super::rules::{Broken, Cookie, Part, SameSite, broken_rules, without_prefix};

/// The default cookie.
pub(super) fn config() -> CookieConfig {
    CookieConfig {
        name: "__Host-id".into(),
        path: "/".into(),
        domain: None,
        secure: true,
        http_only: true,
        partitioned: false,
        same_site: SameSite::Lax,
        persistent: false,
    }
}

const DEFAULT: Cookie<'static> = Cookie {
    name: "__Host-id",
    path: "/",
    domain: None,
    secure: true,
    http_only: true,
    same_site: SameSite::Lax,
    partitioned: false,
};

const PLAIN: Cookie<'static> = Cookie { name: "id", ..DEFAULT };

/// The options that are blamed.
fn blamed(cookie: &Cookie<'_>) -> Vec<Part> {
    broken_rules(cookie).iter().map(|broken: &Broken| broken.part).collect()
}

#[test]
fn s5_s31_the_default_keeps_every_rule() {
    assert_eq!(blamed(&DEFAULT), []);
    assert_eq!(blamed(&PLAIN), []);
    assert_eq!(blamed(&Cookie { secure: false, ..PLAIN }), [], "for development");
}

#[test]
fn s31_s32_the_host_prefix_in_any_letter_case_demands_secure_root_path_and_no_domain() {
    for name in ["__Host-id", "__host-id", "__HOST-id", "__hOsT-id", "__Host-Http-id", "__HOST-HTTP-id"] {
        let host = Cookie { name, ..DEFAULT };
        assert_eq!(blamed(&host), [], "{name}");
        assert_eq!(blamed(&Cookie { secure: false, ..host }), [Part::Secure], "{name}");
        assert_eq!(blamed(&Cookie { path: "/shop", ..host }), [Part::Path], "{name}");
        assert_eq!(blamed(&Cookie { domain: Some("example.com"), ..host }), [Part::Domain], "{name}");
    }
}

#[test]
fn s31_s32_the_secure_prefix_demands_secure_alone() {
    for name in ["__Secure-id", "__secure-id", "__SECURE-id"] {
        let wide = Cookie { name, path: "/shop", domain: Some("example.com"), http_only: false, ..DEFAULT };
        assert_eq!(blamed(&wide), [], "{name}");
        assert_eq!(blamed(&Cookie { secure: false, ..wide }), [Part::Secure], "{name}");
    }
}

#[test]
fn s50_the_http_prefixes_demand_http_only() {
    for name in ["__Http-id", "__http-id", "__Host-Http-id", "__host-http-id"] {
        let http = Cookie { name, ..DEFAULT };
        assert_eq!(blamed(&http), [], "{name}");
        assert_eq!(blamed(&Cookie { http_only: false, ..http }), [Part::HttpOnly], "{name}");
        assert_eq!(blamed(&Cookie { secure: false, ..http }), [Part::Secure], "{name}");
    }
    assert_eq!(
        blamed(&Cookie { name: "__Http-id", path: "/shop", domain: Some("example.com"), ..DEFAULT }),
        []
    );
    assert_eq!(blamed(&Cookie { http_only: false, ..DEFAULT }), [], "__Host- alone does not demand it");
}

#[test]
fn s35_same_site_none_demands_secure() {
    for same_site in [SameSite::Strict, SameSite::Lax, SameSite::None] {
        assert_eq!(blamed(&Cookie { same_site, ..PLAIN }), []);
        let refused = same_site == SameSite::None;
        let broken = blamed(&Cookie { same_site, secure: false, ..PLAIN });
        assert_eq!(broken, if refused { vec![Part::SameSite] } else { vec![] });
    }
}

#[test]
fn s48_partitioned_demands_secure() {
    for same_site in [SameSite::Strict, SameSite::Lax, SameSite::None] {
        assert_eq!(blamed(&Cookie { same_site, partitioned: true, ..PLAIN }), []);
        let broken = blamed(&Cookie { same_site, partitioned: true, secure: false, ..PLAIN });
        assert!(broken.contains(&Part::Partitioned));
    }
}

#[test]
fn s39_t36_a_name_is_a_token() {
    for name in ["id", "a", "!#$%&'*+-.^_`|~", "ID9", "__id", "_Host-id", &"n".repeat(64)] {
        assert_eq!(blamed(&Cookie { name, ..PLAIN }), [], "{name}");
    }
    let bad = [
        "",
        " ",
        "a b",
        " id",
        "id ",
        "a=b",
        "=",
        "a;b",
        "id; Domain=evil.com",
        "a,b",
        "a\"b",
        "\"id\"",
        "a\\b",
        "a/b",
        "a(b",
        "a[b]",
        "a{b}",
        "a<b",
        "a@b",
        "a?b",
        "a:b",
        "a\tb",
        "a\nb",
        "a\r\nSet-Cookie: x=y",
        "a\0b",
        "a\u{7f}b",
        "ключ",
        "i\u{2000}d",
        "\u{feff}id",
        "$id",
        "$Version",
    ];
    for name in bad {
        assert_eq!(blamed(&Cookie { name, ..PLAIN }), [Part::Name], "{name:?}");
    }
}

#[test]
fn s37_a_name_leaves_room_for_the_value() {
    assert_eq!(blamed(&Cookie { name: &"n".repeat(65), ..PLAIN }), [Part::Name]);
}

#[test]
fn s33_a_prefix_alone_is_no_name() {
    for name in ["__Host-", "__host-", "__Secure-", "__Http-", "__Host-Http-"] {
        assert!(blamed(&Cookie { name, ..DEFAULT }).contains(&Part::Name), "{name}");
    }
}

#[test]
fn s36_s39_t36_a_path_is_absolute_and_cannot_smuggle_an_attribute() {
    for path in ["/", "/shop", "/a/b/", "/a b", "/a,b", "/a=b", "/%3B", &format!("/{}", "x".repeat(1023))] {
        assert_eq!(blamed(&Cookie { path, ..PLAIN }), [], "{path}");
    }
    for path in [
        "",
        "shop",
        "./",
        "*",
        " /",
        "/; Domain=evil.com",
        "/a;",
        "/\r\nX: y",
        "/a\n",
        "/\0",
        "/\u{7f}",
        "/ü",
    ] {
        assert_eq!(blamed(&Cookie { path, ..PLAIN }), [Part::Path], "{path:?}");
    }
}

#[test]
fn s38_an_attribute_is_at_most_1024_bytes() {
    assert_eq!(blamed(&Cookie { path: &format!("/{}", "x".repeat(1024)), ..PLAIN }), [Part::Path]);
    let labels = |n: usize| vec!["a".repeat(63); n].join(".");
    assert_eq!(blamed(&Cookie { domain: Some(&labels(3)), ..PLAIN }), []);
    assert_eq!(blamed(&Cookie { domain: Some(&labels(4)), ..PLAIN }), [Part::Domain], "255 bytes");
}

#[test]
fn s36_s39_t36_a_domain_is_a_host_name() {
    for domain in
        ["example.com", "shop.example.com", "xn--bcher-kva.example", "a-b.c9", "localhost", "LOCALHOST"]
    {
        assert_eq!(blamed(&Cookie { domain: Some(domain), ..PLAIN }), [], "{domain}");
    }
    let bad = [
        "",
        ".",
        "..",
        ".example.com",
        "example.com.",
        "a..b",
        "com",
        "-a.com",
        "a-.com",
        "a_b.com",
        "a b.com",
        "example.com; Path=/admin",
        "example.com;",
        "example.com\r\nX: y",
        "example.com\0",
        "bücher.example",
        "*.example.com",
        "example.com:80",
        "http://example.com",
        "127.0.0.1",
        "[::1]",
        &format!("{}.com", "a".repeat(64)),
    ];
    for domain in bad {
        assert_eq!(blamed(&Cookie { domain: Some(domain), ..PLAIN }), [Part::Domain], "{domain:?}");
    }
}

#[test]
fn all_broken_rules_are_told_at_once_and_each_with_help() {
    let config = CookieConfig {
        path: "/shop".into(),
        domain: Some("example.com".into()),
        secure: false,
        partitioned: true,
        same_site: SameSite::None,
        ..config()
    };
    let error = config.check().unwrap_err();
    assert!(error.is_config());
    let text = error.to_string();
    assert!(text.starts_with("the session cookie cannot work\n"), "{text}");
    for what in [
        "not `Secure`",
        "path is not `/`",
        "with a `Domain`",
        "`SameSite=None` without",
        "partitioned cookie without",
    ] {
        assert_eq!(text.matches(what).count(), 1, "{what}: {text}");
    }
    assert_eq!(text.matches("help: ").count(), 5, "{text}");
    assert!(CookieConfig { name: "__Host-id".into(), ..self::config() }.check().is_ok());
}

#[test]
fn s64_no_control_character_of_the_input_reaches_the_text() {
    for bad in ["a\r\nb", "a\u{1b}[31mb", "a\0b", "a;\u{85}b"] {
        let config =
            CookieConfig { name: bad.into(), path: format!("/{bad}"), domain: Some(bad.into()), ..config() };
        let text = config.check().unwrap_err().to_string();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert_eq!(text.lines().count(), 7, "{text}");
    }
}

#[test]
fn a_name_for_plain_http_drops_its_prefix() {
    for (name, plain) in [
        ("__Host-id", "id"),
        ("__host-id", "id"),
        ("__Secure-id", "id"),
        ("__Http-id", "id"),
        ("__Host-Http-id", "id"),
        ("id", "id"),
        ("_Host-id", "_Host-id"),
    ] {
        assert_eq!(without_prefix(name), plain);
    }
}
