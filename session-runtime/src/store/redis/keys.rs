//! The names that records have on the server.

use crate::token::Key;

/// Longer than anybody needs, and short enough to be sent with each request.
const LONGEST_PREFIX: usize = 128;

/// Digits of a slot tag, in its braces, and of a hash.
const TAG: usize = 4;
const HASH: usize = 64;

/// The prefix of every name.
///
/// A name is `prefix{tag}hash`. In a cluster the part in braces decides the node, so an id and the id that a rotation
/// replaces it by are on one. Both parts are hexadecimal: whatever a visitor sent, a name has this shape (T15, T26).
#[derive(Clone, Debug)]
pub(super) struct Prefix(String);

impl Prefix {
    pub(super) const DEFAULT: &str = "session:";

    pub(super) fn new(prefix: &str) -> Result<Self, String> {
        let refuse = |why: &str| Err(format!("the prefix {prefix:?} {why}"));
        if prefix.is_empty() {
            return refuse("is empty: `clear_all` could not tell sessions from everything else");
        }
        if prefix.contains(['{', '}']) {
            return refuse(
                "has a brace: the part in braces decides the node of a cluster, and is the session's",
            );
        }
        if prefix.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return refuse("has a blank or a control character");
        }
        if prefix.len() > LONGEST_PREFIX {
            return refuse("is longer than 128 bytes");
        }
        Ok(Self(prefix.to_owned()))
    }

    /// The prefix itself.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a record; none for an id that was made for another store, which reaches nothing here.
    pub(super) fn name(&self, key: &Key) -> Option<String> {
        let slot = key.slot()?;
        Some(format!("{}{{{:04x}}}{}", self.0, slot.as_u16(), key.to_hex()))
    }

    /// Whether a record can have this name.
    pub(super) fn is_name(&self, name: &[u8]) -> bool {
        let is_hex = |digits: &[u8]| digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'));
        name.strip_prefix(self.0.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"{"))
            .and_then(|rest| rest.split_at_checked(TAG))
            .filter(|(tag, _)| is_hex(tag))
            .and_then(|(_, rest)| rest.strip_prefix(b"}"))
            .is_some_and(|hash| hash.len() == HASH && is_hex(hash))
    }

    /// What `SCAN` is given to find names. What is special in a pattern stands for itself.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for character in self.0.chars() {
            if matches!(character, '*' | '?' | '[' | ']' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push_str("{????}*");
        pattern
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;
    use crate::token::{Key, Purpose, Token};

    #[test]
    fn t26_a_prefix_cannot_leave_its_place() {
        for prefix in ["session:", "a", "shop:v2:", "é", "a*b", "[x]", "back\\slash", "?"] {
            assert!(Prefix::new(prefix).is_ok(), "{prefix}");
        }
        for prefix in ["", "{a}", "a{", "}", "a b", "a\n", "\0", "a\r\nDEL x", &"x".repeat(129)] {
            assert!(Prefix::new(prefix).is_err(), "{prefix:?}");
        }
    }

    #[test]
    fn t26_only_the_exact_shape_is_a_name() {
        let prefix = Prefix::new("s:").unwrap();
        // the last two of its 34 bytes are the slot
        let id = Token::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8PHg").unwrap();
        let key = id.key(&Purpose::of("id", "/"));
        let hex = key.to_hex();
        let name = prefix.name(&key).unwrap();
        assert_eq!(name, format!("s:{{0f1e}}{hex}"));
        assert!(prefix.is_name(name.as_bytes()));
        assert_eq!(prefix.name(&Key::from_bytes([0xab; 32])), None, "made for another store");
        for other in [
            format!("s:{{0f1e}}{hex}0"),
            format!("s:{{0f1e}}{}", &hex[1..]),
            format!("s:{{0f1e}}{}", hex.to_uppercase()),
            format!("s:{{0F1E}}{hex}"),
            format!("s:{{f1e}}0{hex}"),
            format!("s:0f1e{hex}"),
            format!("s:x:{{0f1e}}{hex}"),
            format!("S:{{0f1e}}{hex}"),
            "s:".to_owned(),
            "s:owner:1".to_owned(),
        ] {
            assert!(!prefix.is_name(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn t26_a_pattern_means_the_prefix_literally() {
        assert_eq!(Prefix::new("a*[b]?\\").unwrap().pattern(), r"a\*\[b\]\?\\{????}*");
    }
}
