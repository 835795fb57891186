//! The policy in force, for people.

use std::fmt;
use std::time::Duration;

use crate::commit::plan::Lifetimes;
use crate::engine::{Engine, Place};
use crate::owners::{Limit, WhenFull};

/// What [`Sessions::policy`](crate::Sessions::policy) says, in one line.
///
/// ```
/// # use session_runtime::{MemoryStore, Sessions, session};
/// #[session(idle = "30m", absolute = "12h")]
/// struct Shop {
///     visits: u32,
/// }
///
/// let sessions = Sessions::<Shop>::new(MemoryStore::new())?;
/// assert_eq!(
///     sessions.policy().to_string(),
///     "session `Shop`: cookie `__Host-id; HttpOnly; SameSite=Lax; Secure; Path=/`, until the browser closes; idle 30m, \
///      absolute 12h; kept in a store on the server; two requests' changes are merged; a logout is final",
/// );
/// # Ok::<(), session_runtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicySummary(String);

impl PolicySummary {
    pub(super) fn of(session: &str, engine: &Engine) -> Self {
        let Lifetimes { idle, absolute, remember, persistent, renew, grace } = engine.lifetimes;
        let cookie = engine.cookie.attributes();
        let name = &engine.cookie_name;
        let until = if persistent { "for as long as the session" } else { "until the browser closes" };
        let remember = remember.map(|time| format!(", remember {}", span(time))).unwrap_or_default();
        let renew = renew.map(|age| format!(", a new id every {} (grace {})", span(age), span(grace)));
        let renew = renew.unwrap_or_default();
        let (idle, absolute) = (span(idle), span(absolute));
        let kept = match &engine.place {
            Place::Server(_) => {
                "in a store on the server; two requests' changes are merged; a logout is final".to_owned()
            }
            Place::Cookie(jar) => format!(
                "in {} cookie; of two answers to one browser the later one stands; {}",
                if jar.is_readable() { "a signed (READABLE)" } else { "an encrypted" },
                if jar.ended().is_some() {
                    "a logout is final by a list of ended sessions"
                } else {
                    "a logout is NOT FINAL: a copy of the cookie is good until its deadline"
                }
            ),
        };
        let limit = engine.owners.as_ref().and_then(|owners| owners.limit);
        let limit = limit.map_or_else(String::new, |Limit { sessions, when_full }| {
            let then = match when_full {
                WhenFull::EvictOldest => "the oldest ends for a new one",
                WhenFull::RejectNew => "a new one is refused",
            };
            format!("; at most {sessions} of one owner, then {then}")
        });
        let https = if engine.edge.requires_https() { "; over https only" } else { "" };
        let csrf = if engine.edge.csrf { "; unsafe requests need a CSRF token" } else { "" };
        Self(format!(
            "session `{session}`: cookie `{name}{cookie}`, {until}; idle {idle}, absolute {absolute}{remember}{renew}; kept {kept}{limit}{https}{csrf}"
        ))
    }
}

/// In the largest unit that says it exactly, as `#[session]` is written.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    match units.iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

impl fmt::Display for PolicySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
