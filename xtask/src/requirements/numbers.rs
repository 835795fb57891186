//! The numbers of requirements, as people write them.

use std::collections::BTreeSet;
use std::fmt;

/// What a number may begin with, and what stands between that and its digits.
const SERIES: [(&str, &str); 7] =
    [("S", ""), ("T", ""), ("MP", "-"), ("MD", "-"), ("EM", "-"), ("WP", "-"), ("PA", "-")];

/// More digits than any number has: `S256` is none of ours.
const DIGITS: usize = 2;

/// `S21`, `MP-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    /// An index of [`SERIES`].
    series: usize,
    value: u8,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letters, between) = SERIES[self.series];
        write!(f, "{letters}{between}{}", self.value)
    }
}

/// The number that the text begins with, and what follows it.
fn leading(text: &str) -> Option<(Number, &str)> {
    // the longer prefixes are no beginnings of each other, so the order does not matter
    SERIES.iter().enumerate().find_map(|(series, (letters, between))| {
        let (value, rest) = digits(text.strip_prefix(letters)?.strip_prefix(between)?)?;
        Some((Number { series, value }, rest))
    })
}

/// One or two digits that no letter, digit or `_` follows.
fn digits(text: &str) -> Option<(u8, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let is_alone = !rest.starts_with(is_word);
    if digits.len() > DIGITS || !is_alone {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The number that `text` is, and nothing but it. A `+` at its end says where the row comes from.
pub(super) fn exactly(text: &str) -> Option<Number> {
    leading(text).filter(|(_, rest)| matches!(*rest, "" | "+")).map(|(number, _)| number)
}

/// Every number in a text. `S15–S18`, `S15-S18` and `S15..S18` are four of them.
pub(super) fn in_text(text: &str) -> BTreeSet<Number> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        let is_begin = before.is_none_or(|c| !is_word(c) && c != '-');
        if let Some((first, after)) = leading(rest).filter(|_| is_begin) {
            let (last, after) = range_end(after, first).unwrap_or((first.value, after));
            found.extend((first.value..=last).map(|value| Number { value, ..first }));
            (before, rest) = (Some('0'), after);
        } else {
            (before, rest) = (Some(next), &rest[next.len_utf8()..]);
        }
    }
    found
}

/// What ends a range that `first` begins.
fn range_end(text: &str, first: Number) -> Option<(u8, &str)> {
    let after = ["–", "-", "..=", ".."].iter().find_map(|dash| text.strip_prefix(dash))?;
    let (last, rest) = leading(after)?;
    (last.series == first.series && last.value > first.value).then_some((last.value, rest))
}

/// Every number in the name of a function, such as `s20_s21_both_deadlines_hold` or `mp8_nothing_is_left`.
pub(super) fn in_name(name: &str) -> BTreeSet<Number> {
    name.split('_').filter_map(in_part).collect()
}

fn in_part(part: &str) -> Option<Number> {
    let at = part.find(|c: char| c.is_ascii_digit())?;
    let (letters, value) = part.split_at(at);
    let series = SERIES.iter().position(|(series, _)| series.to_ascii_lowercase() == letters)?;
    let (value, rest) = digits(value)?;
    rest.is_empty().then_some(Number { series, value })
}
