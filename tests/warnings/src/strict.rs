//! All that clippy can say, at once; but for what contradicts something else of it.

#![deny(clippy::restriction)]
#![allow(
    clippy::allow_attributes,
    clippy::arbitrary_source_item_ordering,
    clippy::blanket_clippy_restriction_lints,
    clippy::exhaustive_structs,
    clippy::needless_return,
    clippy::pub_use,
    clippy::question_mark_used,
    clippy::single_call_fn,
    reason = "what the code here is like; nothing that is generated needs one of these"
)]

use core::num::ParseIntError;
use session_runtime::{Expiring, Flash, Secret, Session, session, with_session};

/// A session with a field of each kind.
#[derive(Debug)]
#[session(idle = "30m", absolute = "12h", remember = "30d")]
pub struct Strict {
    /// How often it was seen.
    #[session(merge = add)]
    pub visits: u32,
    /// Whose it is.
    #[session(owner)]
    pub user: Option<u64>,
    /// What they may do.
    #[session(privileged)]
    pub admin: bool,
    /// How it looks.
    #[session(keep, default = true)]
    pub dark: bool,
    /// What proves who it is.
    #[session(ttl = "5m")]
    pub code: Expiring<Secret<String>>,
    /// What is shown once.
    pub notice: Flash<String>,
}

/// A part of it.
#[derive(Debug)]
#[session(within = Strict)]
pub struct Part {
    /// What is in it.
    #[session(merge = union)]
    pub articles: Vec<u64>,
}

/// Writes.
///
/// # Errors
/// If the text is no number.
#[inline]
#[with_session]
pub async fn writes(session: &mut Strict, text: String) -> Result<String, ParseIntError> {
    session.visits = text.parse()?;
    return Ok(text);
}

/// Reads what is required.
#[inline]
#[with_session(require = user, fresh = "5m", or = redirect("/login"), csrf = form)]
pub async fn reads(session: &Strict, user: &u64, handle: Session<Strict>) -> bool {
    drop(handle);
    return session.dark && *user != 0;
}

/// Reads both, if they are there.
#[inline]
#[with_session(activity = false)]
#[must_use]
pub fn reads_both(session: Option<&Strict>, #[session] part: &Part) -> bool {
    return session.is_some() && part.articles.is_empty();
}
