//! Reading the `Cookie` header: bytes in, candidates for the session's id out.
//!
//! Every adapter comes through here, so all read the same. What other parsers do to be helpful is what lets a sibling
//! site forge a `__Host-` cookie or hide the real one (T7, T9), so here nothing is decoded, unquoted or normalised.

use std::iter::{Chain, Once, once};
use std::vec;

use crate::token::Token;

/// Distinct well-formed values that are looked at. A browser sends one, or two when a sibling site planted another.
const MOST: usize = 3;

/// What the cookies of our name hold.
pub(crate) enum Candidates {
    /// There is no cookie of our name.
    None,
    /// There is, but nothing in it can be an id.
    Malformed,
    /// These, each once, in the order in which they were sent.
    Some(Presented),
    /// More distinct ids than anybody has a reason to send (T8).
    TooMany,
}

impl Candidates {
    /// An id that no cookie carried.
    pub(crate) fn one(token: Token) -> Self {
        Self::Some(Presented { first: Value::Id(token), more: Vec::new() })
    }
}

/// What a cookie holds, well formed.
pub(crate) enum Value {
    /// The id of a session.
    Id(Token),
    /// The session itself, sealed.
    Sealed(Box<[u8]>),
}

/// One to three distinct ids or sealed sessions.
pub(crate) struct Presented {
    first: Value,
    // mostly empty, and then nothing but a length to move
    more: Vec<Value>,
}

impl IntoIterator for Presented {
    type Item = Value;
    type IntoIter = Chain<Once<Value>, vec::IntoIter<Value>>;

    fn into_iter(self) -> Self::IntoIter {
        once(self.first).chain(self.more)
    }
}

/// The values of the cookies called `name`, byte for byte, over all header lines (S46).
///
/// A pair is what stands between two `;`, without the spaces and tabs around it; its name ends at the first `=`.
pub(crate) fn values<'h>(
    name: &str,
    headers: impl Iterator<Item = &'h [u8]>,
) -> impl Iterator<Item = &'h [u8]> {
    headers.flat_map(Pairs).filter_map(|pair| value_of(pair, name))
}

/// What stands between the `;` of one line.
struct Pairs<'h>(&'h [u8]);

impl<'h> Iterator for Pairs<'h> {
    type Item = &'h [u8];

    fn next(&mut self) -> Option<&'h [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.iter().position(|byte| *byte == b';').unwrap_or(self.0.len());
        let (pair, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        Some(pair)
    }
}

fn value_of<'h>(pair: &'h [u8], name: &str) -> Option<&'h [u8]> {
    // a cookie's name has no `=` in it (S39), so the one that follows it is the first
    trim(pair).strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

/// Without spaces and tabs at the ends, and nothing else: not the white space of Unicode, not even a line break (T7).
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Finds the ids or sealed sessions among the cookies called `name`; `read` says what is well formed.
///
/// Identical ones count once, and what is not well formed is passed over as long as there is one that is: a sibling site
/// that plants rubbish under our name logs nobody out.
pub(crate) fn candidates<'h>(
    name: &str,
    headers: impl Iterator<Item = &'h [u8]>,
    read: impl Fn(&[u8]) -> Option<Value>,
) -> Candidates {
    // ids have no `PartialEq` (S9); their texts, which the client sent and so knows, may be compared
    let mut texts: [&[u8]; MOST] = [b""; MOST];
    let mut count = 0;
    let mut found = Candidates::None;
    for text in values(name, headers) {
        if texts[..count].contains(&text) {
            continue;
        }
        found = match (found, read(text)) {
            (Candidates::Some(presented), None) => Candidates::Some(presented),
            (_, None) => Candidates::Malformed,
            (_, Some(_)) if count == MOST => return Candidates::TooMany,
            (Candidates::Some(mut presented), Some(value)) => {
                presented.more.push(value);
                Candidates::Some(presented)
            }
            (_, Some(value)) => Candidates::Some(Presented { first: value, more: Vec::new() }),
        };
        if let Candidates::Some(presented) = &found
            && presented.more.len() + 1 > count
        {
            texts[count] = text;
            count += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests;
