//! How a request came, by the rules of RFC 7239 and of those who are believed (S47, ASVS 4.1.3).

use std::net::IpAddr;

use super::csrf::{Demand, is_cross_site};
use super::head::Shown;
use super::network::Network;
use super::*;
use crate::data::Policy;

fn network(text: &str) -> Network {
    Network::parse(text).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn s47_a_network_has_the_addresses_that_begin_like_it() {
    for (text, inside, outside) in [
        (
            "10.0.0.0/8",
            ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            ["11.0.0.0", "9.255.255.255", "::10.0.0.1"],
        ),
        (
            "192.168.4.0/23",
            ["192.168.4.0", "192.168.5.255", "192.168.4.9"],
            ["192.168.6.0", "192.168.3.255", "::"],
        ),
        ("127.0.0.1", ["127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"], ["127.0.0.2", "::1", "126.0.0.1"]),
        (
            "::ffff:10.0.0.0/104",
            ["10.0.0.0", "10.255.0.1", "::ffff:10.1.2.3"],
            ["11.0.0.0", "::", "::10.0.0.1"],
        ),
        ("fd00::/8", ["fd00::1", "fdff::", "fd12:3::4"], ["fe00::", "fc00::", "253.0.0.1"]),
        ("::1/128", ["::1", "0::1", "0:0::1"], ["::", "::2", "127.0.0.1"]),
    ] {
        let network = network(text);
        assert!(inside.iter().all(|one| network.contains(address(one))), "{text}");
        assert!(!outside.iter().any(|one| network.contains(address(one))), "{text}");
    }
}

#[test]
fn s47_what_is_no_network_is_refused_with_its_text() {
    for text in [
        "",
        "/",
        "10",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/+8",
        "10.0.0.0/ 8",
        "10.0.0.0/8/8",
        "::/129",
        "10.0.0.256",
        "localhost",
        " 10.0.0.1",
        "10.0.0.1:80",
        "010.0.0.1",
        "10.0.0.0/256",
        "10.0.0.0/-1",
        // everybody
        "0.0.0.0/0",
        "::/0",
        "::ffff:0.0.0.0/96",
        // bits that do not count
        "10.0.0.1/8",
        "fd00::1/64",
    ] {
        let error = Network::parse(text).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(&format!("`{text}`")), "{text}: {error}");
    }
}

fn head(lines: &[(&'static str, &str)]) -> Shown {
    let lines = lines.iter().map(|(name, line)| (*name, line.as_bytes().to_vec())).collect();
    Shown { method: "GET", lines, peer: Some(address("10.0.0.7")), over_https: false }
}

fn https() -> Https {
    Https::new(vec![network("10.0.0.0/8")])
}

const XFP: &str = "x-forwarded-proto";

#[test]
fn s47_a_proxy_says_that_every_hop_was_https() {
    let long = format!("for=\"{}\";proto=https", "x".repeat(5000));
    for lines in [
        vec![(XFP, "https")],
        vec![(XFP, "HTTPS")],
        vec![(XFP, " https ,https,\thttps")],
        vec![(XFP, "https"), (XFP, "https")],
        vec![(XFP, "wss")],
        vec![("forwarded", "proto=https")],
        vec![("forwarded", "for=192.0.2.60;proto=https;by=203.0.113.43")],
        vec![("forwarded", "For=\"[2001:db8:cafe::17]:4711\" ; Proto=HTTPS")],
        vec![("forwarded", "proto=https, for=192.0.2.43;proto=\"https\"")],
        vec![("forwarded", r#"for="a\"b;c,d";proto=https"#)],
        vec![("forwarded", &long)],
        vec![("forwarded", "proto=https"), ("forwarded", "proto=https;host=a")],
        vec![(XFP, "https"), ("forwarded", "proto=https")],
    ] {
        assert!(https().is_met_by(&head(&lines)), "{lines:?}");
    }
}

#[test]
fn s47_what_does_not_say_so_was_plain_http() {
    for lines in [
        vec![],
        vec![(XFP, "")],
        vec![(XFP, "http")],
        vec![(XFP, "https,http")],
        vec![(XFP, "http,https")],
        vec![(XFP, "https,")],
        vec![(XFP, "https;")],
        vec![(XFP, "https https")],
        vec![(XFP, "https"), (XFP, "http")],
        vec![(XFP, "http"), (XFP, "https")],
        vec![(XFP, "\u{a0}https")],
        vec![("x-forwarded-protocol", "https")],
        vec![("forwarded", "")],
        vec![("forwarded", "https")],
        vec![("forwarded", "for=a")],
        vec![("forwarded", "proto=http")],
        vec![("forwarded", "proto=https,")],
        vec![("forwarded", "proto=https;")],
        vec![("forwarded", "proto=https, for=b")],
        vec![("forwarded", "for=b, proto=https")],
        vec![("forwarded", "proto=https;proto=https")],
        vec![("forwarded", "proto=http;proto=https")],
        vec![("forwarded", "proto = https")],
        vec![("forwarded", "proto=\"https")],
        vec![("forwarded", "proto=\"htt\\ps\"")],
        vec![("forwarded", "for=\"a;proto=https")],
        vec![("forwarded", "for=\";proto=https;by=\"")],
        vec![("forwarded", "xproto=https")],
        vec![("forwarded", "for=[::1];proto=https")],
        vec![("forwarded", "proto=https"), ("forwarded", "proto=http")],
        vec![(XFP, "http"), ("forwarded", "proto=https")],
        vec![(XFP, "https"), ("forwarded", "proto=http")],
        vec![(XFP, "https"), ("forwarded", "for=a")],
    ] {
        assert!(!https().is_met_by(&head(&lines)), "{lines:?}");
    }
}

#[test]
fn s47_only_a_trusted_peer_is_believed() {
    let says_so = || head(&[(XFP, "https")]);
    for peer in [None, Some("11.0.0.1"), Some("::1"), Some("::ffff:11.0.0.1")] {
        let peer = peer.map(address);
        assert!(!https().is_met_by(&Shown { peer, ..says_so() }), "{peer:?}");
        // the application may know it otherwise
        assert!(https().is_met_by(&Shown { peer, over_https: true, ..head(&[(XFP, "http")]) }), "{peer:?}");
    }
    let mapped = Some(address("::ffff:10.0.0.1"));
    assert!(https().is_met_by(&Shown { peer: mapped, ..says_so() }));
    // TLS on the last part of the way says nothing of the first
    assert!(!https().is_met_by(&Shown { over_https: true, ..head(&[(XFP, "http")]) }));
    assert!(!Https::new(Vec::new()).is_met_by(&says_so()));
}

#[test]
fn s47_arbitrary_bytes_are_plain_http_and_never_a_panic() {
    let mut random = 0x5eed_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        random >> 33
    };
    let letters = b"proto=https;,\"\\ \tfor=\xff\x00";
    for _ in 0..20_000 {
        let length = next() % 24;
        let line: Vec<u8> =
            (0..length).map(|_| letters[usize::try_from(next()).unwrap() % letters.len()]).collect();
        let met = https().is_met_by(&Shown { lines: vec![("forwarded", line.clone())], ..head(&[]) });
        let text = String::from_utf8_lossy(&line).to_ascii_lowercase();
        assert!(!met || text.contains("proto=https") || text.contains("proto=\"https\""), "{text}");
    }
}

#[test]
fn s28_every_method_but_the_four_safe_ones_is_unsafe() {
    let edge = EdgeConfig { csrf: true, ..EdgeConfig::of(&Policy::DEFAULT) }.build(true).unwrap();
    let of = |demand: Demand, method| demand.is_made_of(&edge, &Shown { method, ..Shown::default() });
    for safe in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert!(!of(Demand::Header, safe) && !of(Demand::Form, safe), "{safe}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "get", "CONNECT", "PROPFIND", "QUERY", ""] {
        assert!(of(Demand::Header, method) && of(Demand::Form, method), "{method}");
        assert!(!of(Demand::Nothing, method), "{method}");
    }
    let undeclared = EdgeConfig::of(&Policy::DEFAULT).build(true).unwrap();
    let post = Shown { method: "POST", ..Shown::default() };
    assert!(!Demand::Header.is_made_of(&undeclared, &post));
    assert!(Demand::Form.is_made_of(&undeclared, &post));
}

#[test]
fn s28_only_another_site_is_cross_site() {
    let of = |line| is_cross_site(&head(&[("sec-fetch-site", line)]));
    assert!(of("cross-site") && of(" Cross-Site"));
    assert!(!of("same-origin") && !of("same-site") && !of("none") && !of(""));
    assert!(is_cross_site(&head(&[("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")])));
}

#[test]
fn what_is_configured_is_checked() {
    let config = |change: fn(&mut EdgeConfig)| {
        let mut config = EdgeConfig::of(&Policy::DEFAULT);
        change(&mut config);
        config
    };
    assert!(config(|_| {}).build(false).is_ok());
    for (change, words) in [
        ((|config| config.csrf_header = String::new()) as fn(&mut EdgeConfig), "name of a header"),
        (|config| config.csrf_header = "x csrf".into(), "name of a header"),
        (|config| config.csrf_header = "x\r\ny".into(), "x\\r\\ny"),
        (|config| config.proxies = vec!["10.0.0.0/8".into(), "nowhere".into()], "`nowhere`"),
        (|config| config.statuses.gone = 200, "`status_when_gone` is 200"),
        (|config| config.statuses.gone = 500, "`status_when_gone` is 500"),
        (|config| config.statuses.conflict = 303, "`status_on_conflict` is 303"),
        (|config| config.statuses.unavailable = 404, "`status_when_unavailable` is 404"),
        (|config| config.statuses.unavailable = 600, "`status_when_unavailable` is 600"),
    ] {
        let error = config(change).build(true).err().unwrap();
        assert!(error.is_config() && error.to_string().contains(words), "{error}");
    }
    assert!(config(|config| config.require_https = true).build(false).is_err());
    assert!(config(|config| config.require_https = true).build(true).is_ok());
}
