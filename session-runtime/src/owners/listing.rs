//! The sessions of an owner, for the owner.

use std::fmt;

use super::Desk;
use super::fate::{At, Fate, find};
use super::handle::SessionHandle;
use super::index::Index;
use super::ledger::{Entry, InCookie};
use super::register::tidy;
use crate::clock::Timestamp;
use crate::engine::Engine;
use crate::error::Error;
use crate::record::Record;
use crate::token::Key;

/// A live session, as its owner may see it (S17). There is no id in it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedSession {
    handle: SessionHandle,
    created: Timestamp,
    authenticated: Option<Timestamp>,
    last_seen: Timestamp,
    expires: Timestamp,
    label: Option<String>,
    current: bool,
}

impl OwnedSession {
    /// What it is called to end it.
    pub const fn handle(&self) -> SessionHandle {
        self.handle
    }

    /// When it was created, which may have been before the login.
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// When its owner last proved who they are.
    pub const fn authenticated(&self) -> Option<Timestamp> {
        self.authenticated
    }

    /// Its last activity, as far as it was recorded: up to a tenth of the idle time ago it may have been used since. Of a
    /// session in a cookie, the last time that it got a new id.
    pub const fn last_seen(&self) -> Timestamp {
        self.last_seen
    }

    /// When it ends, whatever its activity.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The value of the field that is declared as its `label`.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Whether it is the session that asked, by [`Session::owner_sessions`](crate::Session::owner_sessions).
    pub const fn is_current(&self) -> bool {
        self.current
    }

    fn of(desk: &Desk<'_>, entry: &Entry, record: Option<&Record>, current: Option<&Key>) -> Option<Self> {
        let (handle, current) = (entry.handle, current.is_some_and(|key| entry.has(key)));
        if let Some(record) = record {
            let meta = record.meta();
            return Some(Self {
                handle,
                created: meta.created,
                authenticated: meta.authenticated,
                last_seen: meta.last_seen,
                expires: meta.expires,
                label: desk.owners.label(record),
                current,
            });
        }
        let InCookie { created, authenticated, last_seen, label } = entry.cookie.as_ref()?;
        Some(Self {
            handle,
            created: Timestamp::from_millis(*created),
            authenticated: authenticated.map(Timestamp::from_millis),
            last_seen: Timestamp::from_millis(*last_seen),
            expires: entry.expires(),
            label: label.clone(),
            current,
        })
    }
}

impl fmt::Debug for OwnedSession {
    /// Times only: a label may say where somebody is (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedSession")
            .field("created", &self.created)
            .field("authenticated", &self.authenticated)
            .field("last_seen", &self.last_seen)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The live sessions of this owner, the last used first. What is found dead is struck out.
pub(crate) async fn list(
    engine: &Engine,
    owner: &str,
    current: Option<&Key>,
) -> Result<Vec<OwnedSession>, Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(Vec::new()) };
    let index = Index::of(engine, &desk, owner);
    let mut found = Vec::new();
    for _ in 0..LOOKS {
        let page = index.read().await?;
        let mut dead = Vec::new();
        found.clear();
        for entry in &page.ledger.0 {
            match desk.fate(engine, owner, entry).await? {
                Fate::Alive(record) => {
                    found.extend(OwnedSession::of(&desk, entry, record.as_deref(), current));
                }
                Fate::InFlight => {}
                Fate::Dead => dead.push(entry.handle),
            }
        }
        // if somebody was first, one that looked dead may have got another id; that it is not struck out is no failure
        if dead.is_empty() || !matches!(tidy(&index, &page, |ledger| ledger.strike(&dead)).await, Ok(false)) {
            break;
        }
    }
    found.sort_by_key(|session| std::cmp::Reverse((session.last_seen, session.created)));
    Ok(found)
}

/// How often the sessions are looked at if one of them changes meanwhile.
const LOOKS: usize = 4;

/// The handle of the session under this key.
pub(crate) async fn handle_of(
    engine: &Engine,
    owner: &str,
    key: &Key,
) -> Result<Option<SessionHandle>, Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(None) };
    let mut page = Index::of(engine, &desk, owner).read().await?;
    Ok(page.ledger.of(key).map(|entry| entry.handle))
}

/// Where the live session of this handle is, and its record, if its owner is this one and it is on the server.
pub(crate) async fn key_of(
    engine: &Engine,
    owner: &str,
    handle: SessionHandle,
) -> Result<Option<(Key, std::sync::Arc<Record>)>, Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(None) };
    let page = Index::of(engine, &desk, owner).read().await?;
    let Some(entry) = page.ledger.0.iter().find(|entry| entry.handle == handle) else { return Ok(None) };
    for key in entry.keys() {
        if let At::Here(at, record) = find(engine, desk.store, owner, key).await?
            && engine.now() < record.meta().deadline()
        {
            return Ok(Some((at, record)));
        }
    }
    Ok(None)
}
