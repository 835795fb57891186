//! The policy in force, for people.

use std::fmt;
use std::time::Duration;

use crate::commit::plan::Lifetimes;
use crate::data::{Field, Role, RootSession, SessionData};
use crate::edge::Statuses;
use crate::engine::{Engine, Place};
use crate::owners::{Limit, WhenFull};

/// What [`Sessions::policy`](crate::Sessions::policy) says, in a few lines: for the log at start, and for an audit.
///
/// ```
/// # use session_runtime::{Expiring, Flash, MemoryStore, Secret, Sessions, session};
/// #[session(idle = "30m", absolute = "12h", version = 2)]
/// struct Shop {
///     #[session(owner)]
///     user: Option<u64>,
///     #[session(merge = add)]
///     visits: u32,
///     #[session(keep, merge = union)]
///     seen: Vec<u32>,
///     #[session(ttl = "5m", privileged)]
///     code: Expiring<Secret<u32>>,
///     #[session(alias = "note")]
///     notice: Flash<String>,
/// }
///
/// #[session(within = Shop)]
/// struct Cart {
///     items: Vec<String>,
/// }
///
/// let sessions = Sessions::<Shop>::new(MemoryStore::new())?.with::<Cart>()?;
/// assert_eq!(
///     sessions.policy().to_string(),
///     "session `Shop`, version 2
/// cookie: `__Host-id; HttpOnly; SameSite=Lax; Secure; Path=/`, until the browser closes
/// lifetimes: idle 30m, absolute 12h, grace 30s
/// kept: in a store on the server (MemoryStore); two requests' changes are merged; a logout is final
/// requests: over https and plain http; unsafe ones need NO CSRF token
/// responses: private where an owner's session was read; 409 when gone, 409 on conflict, 503 when unavailable
/// limits: 65536 bytes a session; the store answers within 5s
/// observer: none
/// fields of `Shop`: user (owner), visits (merge = add), seen (keep, merge = union), \
///      code (privileged, secret, ttl 5m), notice (shown once, alias note)
/// fields of `Cart`: cart.items",
/// );
/// # Ok::<(), session_runtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicySummary(String);

impl PolicySummary {
    pub(super) fn of<R: RootSession>(engine: &Engine) -> Self {
        let (store, bytes) = (&engine.store, engine.max_bytes);
        let timeout = engine.store_timeout;
        let observer = if engine.reporter.is_observed() { "one" } else { "none" };
        let mut lines = vec![
            format!("session `{}`{}", R::NAME, version(engine)),
            format!("cookie: {}", cookie(engine)),
            format!("lifetimes: {}", lifetimes(&engine.lifetimes)),
            format!("kept: {}", kept(engine, store)),
            format!("requests: {}", requests(engine)),
            format!("responses: {}", responses(engine)),
            format!(
                "limits: {bytes} bytes a session; {}the store answers within {timeout:?}",
                of_one_owner(engine)
            ),
            format!("observer: {observer}"),
        ];
        lines.extend(engine.types.described.iter().cloned());
        Self(lines.join("\n"))
    }
}

fn version(engine: &Engine) -> String {
    match engine.types.schema.version() {
        0 => String::new(),
        version => format!(", version {version}"),
    }
}

/// How many sessions one owner may have, if that is limited.
fn of_one_owner(engine: &Engine) -> String {
    let limit = engine.owners.as_ref().and_then(|owners| owners.limit);
    limit.map_or_else(String::new, |Limit { sessions, when_full }| {
        let then = match when_full {
            WhenFull::EvictOldest => "the oldest ends for a new one",
            WhenFull::RejectNew => &format!("a new one is refused with {}", engine.edge.statuses.limit),
        };
        format!("{sessions} sessions of one owner, then {then}; ")
    })
}

fn cookie(engine: &Engine) -> String {
    let until =
        if engine.lifetimes.persistent { "for as long as the session" } else { "until the browser closes" };
    format!("`{}{}`, {until}", engine.cookie_name, engine.cookie.attributes())
}

fn lifetimes(lifetimes: &Lifetimes) -> String {
    let Lifetimes { idle, absolute, remember, renew, grace, .. } = *lifetimes;
    let remember = remember.map(|time| format!(", remember {}", span(time))).unwrap_or_default();
    let renew = renew.map(|age| format!(", a new id every {}", span(age))).unwrap_or_default();
    // also where a handler calls `renew`
    format!("idle {}, absolute {}{remember}{renew}, grace {}", span(idle), span(absolute), span(grace))
}

/// Which requests get their session.
fn requests(engine: &Engine) -> String {
    let edge = &engine.edge;
    let https = match edge.proxies() {
        None => "over https and plain http".to_owned(),
        Some(proxies) if proxies.is_empty() => "over https only, which no proxy is trusted to say".to_owned(),
        Some(proxies) => format!("over https only, which {} say", proxies.join(", ")),
    };
    let csrf = if edge.csrf {
        format!("unsafe ones need a CSRF token in `{}` or a form", edge.csrf_header)
    } else {
        "unsafe ones need NO CSRF token".to_owned()
    };
    format!("{https}; {csrf}")
}

fn responses(engine: &Engine) -> String {
    let Statuses { gone, conflict, unavailable, limit: _ } = engine.edge.statuses;
    let cleared = engine.edge.clear_site_data.as_deref();
    let cleared = cleared.map(|what| format!("; Clear-Site-Data: {what} with a logout")).unwrap_or_default();
    format!(
        "private where an owner's session was read; {gone} when gone, {conflict} on conflict, {unavailable} when unavailable{cleared}"
    )
}

/// Where, and what that promises.
fn kept(engine: &Engine, store: &str) -> String {
    match &engine.place {
        Place::Server(_) => {
            format!("in a store on the server ({store}); two requests' changes are merged; a logout is final")
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
    }
}

/// The fields of a session type, each with what is declared on it.
pub(crate) fn described<S: SessionData>() -> String {
    let fields: Vec<_> = S::FIELDS.iter().map(field).collect();
    let fields = if fields.is_empty() { "none".to_owned() } else { fields.join(", ") };
    format!("fields of `{}`: {fields}", S::NAME)
}

fn field<S>(field: &Field<S>) -> String {
    let access = field.access;
    let role = match field.role {
        Role::Plain => None,
        Role::Keep => Some("keep"),
        Role::Privileged => Some("privileged"),
        Role::Owner => Some("owner"),
        Role::Skipped => Some("skip"),
        Role::Extra => Some("extra"),
        Role::Impersonator => Some("impersonator"),
    };
    let mut facts: Vec<String> = role.map(str::to_owned).into_iter().collect();
    facts.extend(access.secret().then(|| "secret".to_owned()));
    facts.extend(access.is_notice().then(|| "shown once".to_owned()));
    facts.extend(access.policy().map(|policy| format!("merge = {policy}")));
    facts.extend(field.ttl.map(|time| format!("ttl {}", span(time))));
    facts.extend(field.aliases.iter().map(|alias| format!("alias {alias}")));
    let name = if field.role.is_stored() { field.key } else { field.name };
    if facts.is_empty() { name.to_owned() } else { format!("{name} ({})", facts.join(", ")) }
}

/// What a store is called: the name of its type, without the paths in it.
pub(super) fn store_name(full: &'static str) -> Box<str> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let short = |path: &str| path.rsplit("::").next().unwrap_or_default().to_owned();
    let (mut name, mut rest) = (String::new(), full);
    while let Some(start) = rest.find(is_path) {
        let (between, from) = rest.split_at(start);
        let (path, after) = from.split_at(from.find(|c| !is_path(c)).unwrap_or(from.len()));
        name.push_str(between);
        name.push_str(&short(path));
        rest = after;
    }
    name.push_str(rest);
    name.into()
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
