//! Any bytes as the file of a session.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is what a fuzzer finds")]

use super::document::{self, Document, Unreadable};
use crate::__fuzzing::assert_same;
use crate::token::Key;

/// The key that the inputs are kept under, and one that they are not.
const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefe";

/// What reads is written, and read again as the same; and it is nothing under another name (T18).
pub fn file(data: &[u8]) {
    let (Some(key), Some(other)) = (Key::from_hex(HEX), Key::from_hex(OTHER)) else { panic!("keys") };
    let written = match document::read(data, &key) {
        Err(Unreadable::Newer | Unreadable::Corrupt) => return,
        Ok(Document::Record { record, from }) => {
            let written = document::record(&key, &record, from.as_ref());
            let written = written.unwrap_or_else(|e| panic!("what was read cannot be written: {e}"));
            let Ok(Document::Record { record: again, from: again_from }) = document::read(&written, &key)
            else {
                panic!("a record became something else");
            };
            assert_same(&record, &again);
            assert!(from == again_from, "it comes from elsewhere");
            written
        }
        Ok(Document::Tombstone { until, to }) => {
            let written = document::tombstone(&key, until, to.as_ref());
            let written = written.unwrap_or_else(|e| panic!("what was read cannot be written: {e}"));
            let Ok(Document::Tombstone { until: again, to: again_to }) = document::read(&written, &key)
            else {
                panic!("a dead id came back");
            };
            assert!((until, to) == (again, again_to), "it leads elsewhere");
            written
        }
    };
    for bytes in [data, &written] {
        let copied = document::read(bytes, &other);
        assert!(matches!(copied, Err(Unreadable::Corrupt)), "a copy is another session");
    }
}
