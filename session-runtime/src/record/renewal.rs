//! How the id before a renewal still reaches its session (S24).

use std::fmt;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::rules::LONGEST_GRACE_SECONDS;
use crate::token::Key;

/// The longest that an old id may reach a session.
const LONGEST: Duration = Duration::from_secs(LONGEST_GRACE_SECONDS);

/// By which id a session was known before it was renewed, and until when that one reaches it.
///
/// Nothing in it is secret: the new id is a hash of the old one and of the nonce, so it can be computed by who has the old
/// id, and not by who reads the store (S10).
#[derive(Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The key of the id before.
    pub from: Key,
    /// The random bits that the new id was made with.
    pub nonce: [u8; 32],
    /// When the grace ends.
    pub until: Timestamp,
}

impl Renewal {
    /// Whether the id before still reaches the session. A grace that lies further ahead than any may last was made by a
    /// wrong clock: it is over (T35).
    pub(crate) fn is_on(&self, now: Timestamp) -> bool {
        now < self.until && self.until.since(now) <= LONGEST
    }

    /// One text, for stores that keep text: milliseconds, key and nonce in lower-case hexadecimal, with a blank between.
    pub(crate) fn to_text(&self) -> String {
        format!("{} {} {}", self.until.as_millis(), self.from.to_hex(), Key::of_hash(self.nonce).to_hex())
    }

    /// What [`to_text`](Self::to_text) wrote; `None` for any other text.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let until = Timestamp::from_millis(parts.next()?.parse().ok()?);
        let (from, nonce) = (Key::from_hex(parts.next()?)?, *Key::from_hex(parts.next()?)?.as_bytes());
        let renewal = Self { from, nonce, until };
        // one spelling only
        (parts.next().is_none() && renewal.to_text() == text).then_some(renewal)
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").field("until", &self.until).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renewal(until: u64) -> Renewal {
        Renewal { from: Key::of_hash([0xab; 32]), nonce: [0x01; 32], until: Timestamp::from_millis(until) }
    }

    #[test]
    fn s24_the_grace_is_over_exactly_at_its_end() {
        let at = Timestamp::from_millis;
        assert!(renewal(1000).is_on(at(0)) && renewal(1000).is_on(at(999)));
        assert!(!renewal(1000).is_on(at(1000)) && !renewal(1000).is_on(at(u64::MAX)));
    }

    #[test]
    fn t35_a_grace_that_is_too_long_was_made_by_a_wrong_clock() {
        let at = Timestamp::from_millis;
        assert!(renewal(120_000).is_on(at(0)));
        assert!(!renewal(120_001).is_on(at(0)));
        assert!(!renewal(u64::MAX).is_on(at(0)));
    }

    #[test]
    fn it_is_read_as_it_was_written_and_nothing_else_is() {
        for until in [0, 1, u64::MAX] {
            let text = renewal(until).to_text();
            assert_eq!(Renewal::from_text(&text), Some(renewal(until)));
            for bad in [
                String::new(),
                format!("{text} "),
                format!(" {text}"),
                format!("0{text}"),
                format!("+{text}"),
                format!("{text}0"),
                text.to_uppercase(),
                text[1..].to_owned(),
                text[..text.len() - 1].to_owned(),
                text.replace(' ', "  "),
            ] {
                assert!(
                    bad == text || Renewal::from_text(&bad).is_none_or(|r| r != renewal(until)),
                    "{bad:?}"
                );
            }
        }
        assert_eq!(Renewal::from_text("1 ab cd"), None);
        assert_eq!(Renewal::from_text("18446744073709551616 a b"), None);
    }

    #[test]
    fn s63_debug_shows_neither_key_nor_nonce() {
        assert_eq!(format!("{:?}", renewal(5)), "Renewal { until: Timestamp(5), .. }");
    }
}
