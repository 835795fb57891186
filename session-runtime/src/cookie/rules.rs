//! The rules that a session cookie's name and attributes must keep (RFC 6265bis, CHIPS; S31–S39, S42, S48, S50).
//!
//! `session-macros` compiles this same file (a symbolic link), so the attribute and the builder cannot disagree.
//! It depends on nothing but the standard library.

/// The cookie's name where none is declared: the prefix has browsers refuse it from anyone but this host (S31).
pub const DEFAULT_NAME: &str = "__Host-id";

/// The cookie's path where none is declared, which is the one that the name asks for.
pub const DEFAULT_PATH: &str = "/";

/// How long a session may be unused where nothing is declared, in seconds: one hour.
pub const DEFAULT_IDLE_SECONDS: u64 = 60 * 60;

/// How long a session lives where nothing is declared, in seconds: eight hours.
pub const DEFAULT_ABSOLUTE_SECONDS: u64 = 8 * 60 * 60;

/// The longest lifetime that browsers honour: 400 days, in seconds (RFC 6265bis §5.5; S42).
pub const MAX_LIFETIME_SECONDS: u64 = 34_560_000;

/// How long the id before a renewal reaches the session where nothing is declared, in seconds.
pub const DEFAULT_GRACE_SECONDS: u64 = 30;

/// The longest that it may, in seconds: for as long as a dead id is remembered (S24).
pub const LONGEST_GRACE_SECONDS: u64 = 120;

/// Ids are renewed no more often than once in so many graces: so no more than one old id reaches a session.
pub const GRACES_IN_A_RENEWAL: u32 = 4;

/// The longest attribute value that browsers keep, in bytes (RFC 6265bis §5.6; S38).
const MAX_ATTRIBUTE_BYTES: usize = 1024;

/// The longest name accepted. Browsers bound name plus value by 4096 bytes; 64 leaves the rest to the value (S37).
const MAX_NAME_BYTES: usize = 64;

/// When a browser sends the cookie along with requests from other sites (RFC 6265bis §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// With top-level navigation only.
    Lax,
    /// Always; needs `Secure`.
    None,
}

/// A cookie's name and attributes, as configured.
#[derive(Clone, Copy, Debug)]
pub struct Cookie<'a> {
    /// The cookie's name.
    pub name: &'a str,
    /// The `Path` attribute.
    pub path: &'a str,
    /// The `Domain` attribute, if any.
    pub domain: Option<&'a str>,
    /// The `Secure` attribute.
    pub secure: bool,
    /// The `HttpOnly` attribute.
    pub http_only: bool,
    /// The `SameSite` attribute.
    pub same_site: SameSite,
    /// The `Partitioned` attribute.
    pub partitioned: bool,
}

/// The option that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `cookie`
    Name,
    /// `path`
    Path,
    /// `domain`
    Domain,
    /// `secure`
    Secure,
    /// `http_only`
    HttpOnly,
    /// `same_site`
    SameSite,
    /// `partitioned`
    Partitioned,
}

/// A broken rule: who breaks it, the fact and its reason, and what to write instead.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The option to blame.
    pub part: Part,
    /// The fact and its reason.
    pub what: String,
    /// What to write instead.
    pub help: String,
}

/// What a name prefix promises, and so demands (RFC 6265bis §4.1.3).
struct Prefix {
    text: &'static str,
    host: bool,
    http: bool,
}

/// Longest first: `__Host-Http-` begins with `__Host-`.
const PREFIXES: [Prefix; 4] = [
    Prefix { text: "__Host-Http-", host: true, http: true },
    Prefix { text: "__Host-", host: true, http: false },
    Prefix { text: "__Http-", host: false, http: true },
    Prefix { text: "__Secure-", host: false, http: false },
];

fn prefix_of(name: &str) -> Option<&'static Prefix> {
    // browsers compare in any letter case (RFC 6265bis §5.4; S32)
    PREFIXES.iter().find(|p| name.get(..p.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(p.text)))
}

/// The name without its `__Host-`, `__Secure-`, … prefix, for plain http in development.
#[allow(dead_code, reason = "the macro crate, which shares this file, has no use for it")]
pub fn without_prefix(name: &str) -> &str {
    prefix_of(name).and_then(|p| name.get(p.text.len()..)).unwrap_or(name)
}

/// All rules that `cookie` breaks, in a stable order.
pub fn broken_rules(cookie: &Cookie<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut blame = |part, what: String, help: String| broken.push(Broken { part, what, help });
    check_name(cookie.name, &mut blame);
    check_path(cookie.path, &mut blame);
    if let Some(domain) = cookie.domain {
        check_domain(domain, &mut blame);
    }
    if let Some(prefix) = prefix_of(cookie.name) {
        check_prefix(prefix, cookie, &mut blame);
    }
    if cookie.same_site == SameSite::None && !cookie.secure {
        blame(
            Part::SameSite,
            "`SameSite=None` without `Secure` is refused by browsers".into(),
            "leave out `secure = false`, or use `same_site = \"lax\"`".into(),
        );
    }
    if cookie.partitioned && !cookie.secure {
        blame(
            Part::Partitioned,
            "a partitioned cookie without `Secure` is refused by browsers".into(),
            "leave out `secure = false` or `partitioned`".into(),
        );
    }
    broken
}

fn check_name(name: &str, blame: &mut impl FnMut(Part, String, String)) {
    let help = || "use letters, digits, `-` and `_`, such as `__Host-id`".to_owned();
    if name.is_empty() {
        blame(
            Part::Name,
            "a cookie name cannot be empty: browsers read it as a nameless cookie".into(),
            help(),
        );
    } else if let Some(bad) = name.chars().find(|c| !is_token(*c)) {
        blame(
            Part::Name,
            format!("a cookie name cannot contain {bad:?}: it is not a token of RFC 9110"),
            help(),
        );
    } else if name.starts_with('$') {
        blame(
            Part::Name,
            "a cookie name cannot begin with `$`: old parsers take it for an attribute".into(),
            help(),
        );
    } else if name.len() > MAX_NAME_BYTES {
        blame(
            Part::Name,
            format!(
                "a cookie name is at most {MAX_NAME_BYTES} bytes long, to leave room for the value, and this one has {}",
                name.len()
            ),
            "write a shorter one, such as `__Host-id`".to_owned(),
        );
    } else if prefix_of(name).is_some_and(|p| p.text.len() == name.len()) {
        blame(Part::Name, format!("`{name}` is a prefix without a name"), format!("add a name: `{name}id`"));
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

fn check_path(path: &str, blame: &mut impl FnMut(Part, String, String)) {
    let help = || "use an absolute path, such as `/` or `/shop`".to_owned();
    if !path.starts_with('/') {
        blame(Part::Path, "a cookie path begins with `/`: browsers ignore any other".into(), help());
    } else if let Some(bad) = path.chars().find(|c| !c.is_ascii() || c.is_ascii_control() || *c == ';') {
        blame(Part::Path, format!("a cookie path cannot contain {bad:?}"), help());
    } else if path.len() > MAX_ATTRIBUTE_BYTES {
        blame(
            Part::Path,
            format!("browsers ignore an attribute of over {MAX_ATTRIBUTE_BYTES} bytes"),
            help(),
        );
    }
}

fn check_domain(domain: &str, blame: &mut impl FnMut(Part, String, String)) {
    let help = || "write a host name, such as `example.com`, or leave `domain` out".to_owned();
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    if domain.starts_with('.') {
        blame(
            Part::Domain,
            "a cookie domain has no leading dot: it includes the subdomains anyway".into(),
            format!("write `{}`", domain.trim_start_matches('.')),
        );
    } else if domain.len() > 253 || !domain.split('.').all(label) {
        blame(Part::Domain, format!("`{}` is not a host name", domain.escape_debug()), help());
    } else if !domain.contains('.') && !domain.eq_ignore_ascii_case("localhost") {
        blame(
            Part::Domain,
            format!("`{domain}` is a single label: browsers refuse a cookie for a whole suffix"),
            help(),
        );
    } else if domain.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        blame(Part::Domain, "an IP address cannot be a cookie domain".into(), "leave `domain` out".into());
    }
}

fn check_prefix(prefix: &Prefix, cookie: &Cookie<'_>, blame: &mut impl FnMut(Part, String, String)) {
    let text = prefix.text;
    if !cookie.secure {
        blame(
            Part::Secure,
            format!("browsers refuse a `{text}` cookie that is not `Secure`"),
            format!("leave out `secure = false`, or choose a name without `{text}`"),
        );
    }
    if prefix.host && cookie.path != "/" {
        blame(
            Part::Path,
            format!("browsers refuse a `{text}` cookie whose path is not `/`"),
            format!("leave out `path`, or choose a name without `{text}`"),
        );
    }
    if prefix.host && cookie.domain.is_some() {
        blame(
            Part::Domain,
            format!("browsers refuse a `{text}` cookie with a `Domain`"),
            "leave out `domain`, or choose a name such as `__Secure-id`".into(),
        );
    }
    if prefix.http && !cookie.http_only {
        blame(
            Part::HttpOnly,
            format!("browsers refuse a `{text}` cookie that is not `HttpOnly`"),
            format!("leave out `http_only = false`, or choose a name without `{text}`"),
        );
    }
}
