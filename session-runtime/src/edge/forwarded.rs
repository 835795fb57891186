//! What a proxy says of the way that a request came: `X-Forwarded-Proto`, and `Forwarded` (RFC 7239).

use super::head::Head;

/// Whether the headers say that every part of the way was https.
///
/// Each hop adds itself at the end, or puts its own word in the place of what was there. The last one is that of the peer,
/// which is trusted. Those before it may be anybody's, but a lie among them can only be that there was no https: all must
/// say that there was. So must both headers, if both are there, as a proxy that sets one may pass the other on. What
/// cannot be understood does not say so.
pub(super) fn is_https(head: &impl Head) -> bool {
    let mut said = false;
    for line in head.lines("x-forwarded-proto") {
        if !line.split(|byte| *byte == b',').all(|member| is_secure(member.trim_ascii())) {
            return false;
        }
        said = true;
    }
    for line in head.lines("forwarded") {
        if !elements(line) {
            return false;
        }
        said = true;
    }
    said
}

/// Some proxies say `wss` of a WebSocket.
fn is_secure(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"wss")
}

/// Whether every element of a `Forwarded` line has one `proto`, which is secure.
fn elements(line: &[u8]) -> bool {
    let mut rest = line.trim_ascii();
    loop {
        let Some((secure, after)) = element(rest) else { return false };
        if !secure {
            return false;
        }
        match after {
            [] => return true,
            [b',', next @ ..] => rest = next.trim_ascii_start(),
            _ => return false,
        }
    }
}

/// One element, `for=192.0.2.60;proto=https`: whether it says that it is secure, and what follows it.
fn element(mut rest: &[u8]) -> Option<(bool, &[u8])> {
    let mut secure = None;
    loop {
        let (name, after) = token(rest)?;
        let (value, after) = value(after.strip_prefix(b"=")?)?;
        // given twice, nobody can say which one counts
        if name.eq_ignore_ascii_case(b"proto") && secure.replace(is_secure(value)).is_some() {
            return None;
        }
        rest = after.trim_ascii_start();
        match rest {
            [b';', next @ ..] => rest = next.trim_ascii_start(),
            _ => return Some((secure?, rest)),
        }
    }
}

/// A token, and what follows it.
fn token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| !super::is_of_a_token(*byte)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A token or what stands between quotes, and what follows it. What is escaped there stays so: no scheme needs it.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(quoted) = text.strip_prefix(b"\"") else { return token(text) };
    let mut escaped = false;
    for (at, byte) in quoted.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((quoted.get(..at)?, quoted.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}
