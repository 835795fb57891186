//! Which keys are refused because they are no secret (S58, T14). `SecretKey` documents the rules.

use super::{KeyError, MIN_BYTES};

/// Fewer different byte values than this are a pattern. Of 32 random bytes, 2⁻¹¹¹ have fewer; of 64 random hexadecimal
/// digits, 2⁻⁶².
const MIN_VALUES: usize = 8;

/// Words of examples and of defaults, in lower case. Random base64 text is half made of them in fewer than 2⁻⁴⁴ of all keys.
const WORDS: &[&str] = &[
    "abcd",
    "admin",
    "application",
    "bits",
    "battery",
    "change",
    "changeme",
    "characters",
    "complex",
    "config",
    "cookie",
    "correct",
    "default",
    "demo",
    "development",
    "django",
    "dummy",
    "example",
    "foobar",
    "horse",
    "insecure",
    "keyboard",
    "least",
    "length",
    "local",
    "long",
    "master",
    "minimum",
    "mysecret",
    "password",
    "passphrase",
    "passwort",
    "please",
    "private",
    "production",
    "qwerty",
    "random",
    "replace",
    "sample",
    "secret",
    "secure",
    "server",
    "session",
    "signing",
    "some",
    "staple",
    "string",
    "super",
    "temp",
    "test",
    "that",
    "this",
    "token",
    "very",
    "with",
    "your",
];

/// Keys of 32 bytes and more that are printed where many look for one. As text, and as what the text stands for.
const DOCUMENTED: &[&str] = &[
    // Flask, Configuration Handling
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    // FastAPI, OAuth2 with JWT tokens
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    // RFC 7515, appendix A.1; also RFC 7517 and RFC 7519
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    // RFC 7520, section 3.5
    "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    // tutorials of Spring Security
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970337336763979244226452948404D635166546A576E5A7234753778214125442A47",
    // Rocket, secret keys
    "hPrYyЭRiMyµ5sBB1π+CMæ1køFsåqKvBiQJxBVHQk=",
    // this project, tests and documentation
    "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",
];

/// Whether bytes may be a key.
///
/// # Errors
/// Which rule they break.
pub(crate) fn check(bytes: &[u8]) -> Result<(), KeyError> {
    if bytes.len() < MIN_BYTES {
        return Err(KeyError::Short { bytes: bytes.len() });
    }
    if is_public(bytes) {
        return Err(KeyError::Public);
    }
    if is_documented(bytes) {
        return Err(KeyError::Documented);
    }
    let weakness = if values(bytes) < MIN_VALUES {
        "made of a few different bytes"
    } else if is_repeated(bytes) {
        "a pattern that is repeated"
    } else if is_sequence(bytes) {
        "a sequence"
    } else if is_text(bytes) && (is_of_one_case(bytes) || is_placeholder(bytes)) {
        "made of words"
    } else {
        return Ok(());
    };
    Err(KeyError::Weak(weakness))
}

/// Whether it looks like the public half of a key pair, which an attacker has: the classic confusion of JWT (T11).
pub(crate) fn is_public(bytes: &[u8]) -> bool {
    let pem = |marker: &[u8]| bytes.windows(marker.len()).any(|window| window == marker);
    pem(b"-----BEGIN ")
        || pem(b"---- BEGIN ")
        || [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"].iter().any(|kind| bytes.starts_with(kind))
}

fn is_documented(bytes: &[u8]) -> bool {
    DOCUMENTED.iter().any(|text| bytes == text.as_bytes() || decodes_to(text, bytes))
}

/// Whether hexadecimal or base64 text stands for `bytes`.
fn decodes_to(text: &str, bytes: &[u8]) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    let is_hex = text.len() == 2 * bytes.len()
        && text.as_bytes().chunks(2).zip(bytes).all(|(pair, byte)| {
            std::str::from_utf8(pair).is_ok_and(|pair| u8::from_str_radix(pair, 16).is_ok_and(|b| b == *byte))
        });
    is_hex
        || URL_SAFE_NO_PAD.decode(text).is_ok_and(|decoded| decoded == bytes)
        || STANDARD.decode(text).is_ok_and(|decoded| decoded == bytes)
}

/// How many different bytes there are.
fn values(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in bytes {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Whether the bytes are their beginning again and again, at least twice.
fn is_repeated(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2).any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b))
}

/// Whether more than half of the steps from one byte to the next are the same.
fn is_sequence(bytes: &[u8]) -> bool {
    let mut steps = [0_usize; 256];
    for (a, b) in bytes.iter().zip(bytes.iter().skip(1)) {
        steps[usize::from(b.wrapping_sub(*a))] += 1;
    }
    steps.iter().any(|same| 2 * same > bytes.len() - 1)
}

/// Whether somebody may have typed it. 32 random bytes are printable in 2⁻⁴⁵ of all keys.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
}

/// Whether it has no digits, and letters of one case only. So has random base64 in 2⁻⁵⁰ of all keys, and hexadecimal in 2⁻⁹⁰.
fn is_of_one_case(text: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    let has_both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    !(has_both_cases || has(u8::is_ascii_digit))
}

/// Whether words make up at least half of it.
fn is_placeholder(text: &[u8]) -> bool {
    let mut rest = text;
    let mut covered = 0;
    while let Some((_, next)) = rest.split_first() {
        let starts = |word: &&&str| {
            rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        let word = WORDS.iter().filter(starts).map(|word| word.len()).max().unwrap_or(0);
        covered += word;
        rest = rest.get(word..).filter(|_| word > 0).unwrap_or(next);
    }
    2 * covered >= text.len()
}
