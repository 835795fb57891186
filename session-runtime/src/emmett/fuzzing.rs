//! Any bytes as what Emmett keeps.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is what a fuzzer finds")]

use super::{cookie::Key, decode_cookie, decode_file, pickle};

/// The first byte chooses what the rest is: a pickle, a file or a cookie.
pub fn emmett(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % 3 {
        0 => session(rest),
        1 => drop(decode_file(rest)),
        // a key costs a thousand hashes, so the text is looked at only if it could be one
        _ => drop(Key::new("key").map(|key| decode_cookie(rest, &key))),
    }
}

/// A session that was read and can be written is read again as the same.
fn session(bytes: &[u8]) {
    if let Ok(session) = pickle::read(bytes)
        && let Some(written) = pickle::write(&session)
    {
        let again = pickle::read(&written).unwrap_or_else(|e| panic!("what was written is not read: {e}"));
        assert_eq!(session, again);
    }
}
