//! Whose sessions there are: an index for each owner, kept as a record in the same store.
//!
//! What makes it right is an order. A session's key is in the index of its owner **before** there is a record under it, and
//! a revocation marks what it found in the index before it ends it. So of a login and a revocation that meet, either the
//! revocation found the login's key, and then that is dead whichever of the two writes it first; or the login was noted
//! after the revocation had looked.

mod fate;
mod former;
mod handle;
mod index;
mod ledger;
mod listing;
mod newcomer;
mod register;
mod revoke;

pub use handle::{BadHandle, SessionHandle};
pub use ledger::WhenFull;
pub use listing::OwnedSession;

pub(crate) use former::{Refiling, refile};
pub(crate) use ledger::{Limit, MOST};
pub(crate) use listing::{handle_of, key_of, list};
pub(crate) use newcomer::Newcomer;
pub(crate) use register::{Arrival, leave, prolong};
pub(crate) use revoke::{Which, revoke};

use crate::data::{Role, SessionData};
use crate::engine::{Engine, Place};
use crate::record::{Meta, Record};
use crate::store::{DynStore, Jar};
use crate::token::Purpose;

/// How the sessions of one owner are kept account of. Session types without an `owner` field have none of it.
#[derive(Clone, Debug)]
pub(crate) struct Owners {
    pub(crate) limit: Option<Limit>,
    /// The keys of the field that names a session to its owner.
    label: &'static [&'static str],
    label_key: Option<&'static str>,
}

impl Owners {
    /// As declared on `S`; `None` if nobody owns such sessions.
    pub(crate) fn of<S: SessionData>(limit: Option<Limit>) -> Option<Self> {
        if !S::FIELDS.iter().any(|field| field.role == Role::Owner) {
            return None;
        }
        let label = S::FIELDS.iter().find(|field| field.is_label);
        Some(Self {
            limit,
            label: label.map_or(&[], |field| field.aliases),
            label_key: label.map(|field| field.key),
        })
    }

    /// What the session of this record is called. A text that does not decode is none.
    fn label(&self, record: &Record) -> Option<String> {
        let mut keys = self.label_key.iter().chain(self.label);
        let json = keys.find_map(|key| record.fields().get(key))?;
        serde_json::from_slice::<Option<String>>(json).ok()?.filter(|label| !label.is_empty())
    }
}

/// Where the sessions of an index are.
#[derive(Clone, Copy)]
enum Rooms<'a> {
    /// In the store that has the index.
    Store(&'a dyn DynStore),
    /// In cookies; the index is beside the list of those that have ended.
    Cookies(&'a Jar),
}

/// What keeps account of owners where these sessions are.
#[derive(Clone, Copy)]
struct Desk<'a> {
    owners: &'a Owners,
    /// Where the index is.
    store: &'a dyn DynStore,
    purpose: &'a Purpose,
    rooms: Rooms<'a>,
}

impl<'a> Desk<'a> {
    /// `None` for sessions that nobody owns, and for cookies without a list, which nothing on the server can end.
    fn of(engine: &'a Engine) -> Option<Self> {
        let owners = engine.owners.as_ref()?;
        Some(match &engine.place {
            Place::Server(store) => {
                Self { owners, store: &**store, purpose: &engine.purpose, rooms: Rooms::Store(&**store) }
            }
            Place::Cookie(jar) => {
                let store = jar.ended()?.store();
                Self { owners, store, purpose: jar.owners(), rooms: Rooms::Cookies(jar) }
            }
        })
    }
}

/// Whose index names the session with this metadata.
pub(crate) fn whose(meta: &Meta) -> Option<&str> {
    meta.owner.as_deref()
}

/// Whether these sessions are kept account of by owner.
pub(crate) fn are_kept(engine: &Engine) -> bool {
    Desk::of(engine).is_some()
}
