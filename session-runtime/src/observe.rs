//! What happens to sessions: for the log, for metrics, and for who watches out for attacks (S63, S65).
//!
//! The same is told to `tracing` (target `session`) and to an [`Observer`], from one place, so they cannot disagree. A session
//! is called by a [`Tag`], never by its id.
//!
//! ```
//! use std::sync::Arc;
//!
//! use session_runtime::observe::Counters;
//! use session_runtime::{MemoryStore, Sessions, session};
//!
//! #[session]
//! struct Shop {
//!     visits: u32,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), session_runtime::Error> {
//! let counters = Arc::new(Counters::default());
//! let sessions = Sessions::<Shop>::builder(MemoryStore::new()).observer(Arc::clone(&counters)).build()?;
//! sessions.issue(Shop { visits: 1 }).await?;
//! let counts = counters.snapshot();
//! assert_eq!((counts.created, counts.unknown, counts.tampered), (1, 0, 0));
//! # Ok(())
//! # }
//! ```

mod counters;
mod reporter;
mod tag;

pub use counters::{Counters, Counts};
pub(crate) use reporter::{Reporter, spans};
pub use tag::Tag;
pub(crate) use tag::{LogKey, TooShort};

use std::fmt;
use std::sync::Arc;

use crate::MigrationError;
use crate::error::{Error, StoreError};
use crate::token::Key;

/// Is told what happened, after it has: when a session's end is told, the session is gone.
///
/// It is called within the request, so it should be quick: count, or hand over to somebody else. A panic in it is logged and
/// does nothing else.
///
/// ```
/// use session_runtime::observe::{Event, Happened, Observer};
///
/// /// Tells whoever is on duty.
/// struct Alarm;
///
/// impl Observer for Alarm {
///     fn observe(&self, event: &Event<'_>) {
///         if let Happened::Tampered | Happened::Ambiguous = event.what() {
///             eprintln!("{}: {:?} of {:?}", event.session(), event.what(), event.tag());
///         }
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observe(&self, event: &Event<'_>) {
        (**self).observe(event);
    }
}

/// Something that happened to a session, or to a request that presented one.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    session: &'static str,
    tags: &'a LogKey,
    key: Option<&'a Key>,
    new: Option<&'a Key>,
    what: Happened<'a>,
}

impl<'a> Event<'a> {
    /// The name of the session type: that of the root, also where a section is concerned.
    pub const fn session(&self) -> &'static str {
        self.session
    }

    /// What happened.
    pub const fn what(&self) -> Happened<'a> {
        self.what
    }

    /// Which session: the same tag in all events of one id. `None` where it is about none, or where the operating system gave
    /// no random bits to make tags with. It is computed when this is called.
    pub fn tag(&self) -> Option<Tag> {
        self.tags.tag(self.key?)
    }

    /// The tag of the session from now on, if it has a new id.
    pub fn new_tag(&self) -> Option<Tag> {
        self.tags.tag(self.new?)
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("session", &self.session)
            .field("what", &self.what)
            .field("tag", &self.tag())
            .field("new_tag", &self.new_tag())
            .finish()
    }
}

/// Which deadline ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deadline {
    /// It lay idle (S20).
    Idle,
    /// It lasted as long as any may, whatever its activity (S21).
    Absolute,
}

/// What happened. Nothing in it is an id, a key, a cookie or a value of a field (T22). Sizes are in bytes of keys and JSON.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Happened<'a> {
    /// A session began.
    Created {
        /// Its size.
        bytes: usize,
    },
    /// A request has a session.
    Loaded {
        /// Its size.
        bytes: usize,
    },
    /// A request's changes are stored.
    Saved {
        /// How many fields changed.
        fields: usize,
        /// The size of what was written.
        bytes: usize,
    },
    /// Activity was recorded, and nothing else.
    Touched,
    /// A session has a new id, as after a login; what the request changed is stored with it.
    Rotated {
        /// How many fields changed.
        fields: usize,
        /// The size of what was written.
        bytes: usize,
    },
    /// A session has a new id because it was time, or its handler asked for that: for a grace, the old id reaches the session,
    /// too (S24). What the request changed is stored with it.
    Renewed {
        /// How many fields changed.
        fields: usize,
        /// The size of what was written.
        bytes: usize,
    },
    /// A session was ended by its handler. It is gone.
    Destroyed,
    /// A session was over when a request presented it.
    Expired {
        /// Why.
        deadline: Deadline,
    },
    /// A request presented a well-formed id of no session (S7): one that was swept, or a guess.
    Unknown,
    /// A request presented an id that is dead, and by which no session is reached (T32). It may be a slow request of the
    /// browser that has the new id, or a copy in other hands.
    Replayed {
        /// Whether its session got another id, and the grace of the old one, if it had one, is over. Otherwise the session has
        /// ended.
        rotated: bool,
    },
    /// A request presented a cookie that looks like one of ours, and was not sealed with our keys for this use.
    Tampered,
    /// A request presented several live sessions, or too many ids to ask for: nobody can say whose it is (T8).
    Ambiguous,
    /// What a request changed was refused, because another one had changed the same.
    Conflict,
    /// What a request changed was refused, or had nowhere to go, because its session had ended meanwhile.
    Gone,
    /// A session could not be saved, and the response says so in the place of the handler's.
    Refused {
        /// Why.
        error: &'a Error,
    },
    /// A guard did not let a request pass to its handler.
    Denied {
        /// Which.
        why: &'static str,
    },
    /// An unsafe request did not prove that a page of this session is behind it, or its browser said that another site is
    /// (S28).
    CsrfRefused {
        /// What is missing.
        why: &'static str,
    },
    /// A session got another id after its CSRF token was put into the response: the form or script that has it will be refused.
    CsrfOutdated,
    /// A request that should have proved itself did not, and wanted to change its session, or to end it. Nothing of that is
    /// stored.
    Unproved {
        /// Whether it wanted the session's end: whoever sent it believes to be logged out.
        destroys: bool,
    },
    /// A request came over plain http, and the session is for https only: it has none (S47).
    Insecure,
    /// A cookie that a request's `save` had made was not sent, as the session has ended since (T2).
    CookieDropped,
    /// The store could not be asked.
    Unavailable {
        /// Why.
        error: &'a StoreError,
    },
    /// Activity could not be recorded: the session may end earlier than it would have.
    TouchFailed {
        /// Why.
        error: &'a Error,
    },
    /// The id of a session could not be renewed; the next request that may will try again.
    RenewalFailed {
        /// Why.
        error: &'a Error,
    },
    /// A session whose migration writes its owner in another form could not be moved into the index of that form: it is left as
    /// it was, and no request can write to it. The next one that loads it will try again.
    ReindexFailed {
        /// Why.
        error: &'a Error,
    },
    /// A session's cookie could not be sent anew: it may end earlier than it would have.
    ResendFailed {
        /// Why.
        error: &'a Error,
    },
    /// A session of an earlier version of its type is read as one of the present version. It is stored so with its next write.
    Migrated {
        /// The version that wrote it.
        from: u32,
        /// The present version.
        to: u32,
    },
    /// A session of an earlier version could not be migrated: the request has none, the session is left alone.
    Unmigratable {
        /// Why.
        error: &'a MigrationError,
    },
    /// A stored field does not decode, and is at its default for the request.
    FieldReset {
        /// Its key.
        field: &'a str,
    },
    /// A stored field that carries a privilege or a secret does not decode: the request has no session, the stored one is left
    /// alone.
    Unusable {
        /// Its key.
        field: &'a str,
    },
    /// A session was changed after its response was committed, and nobody saved it.
    LostChange,
    /// What a handler ended or rotated could not be carried out after its request had gone.
    DetachedFailed {
        /// Why.
        why: &'a str,
    },
    /// Sessions were ended from outside of them: by their owner, or for them (S15, S17).
    Revoked {
        /// How many.
        count: usize,
    },
    /// A login ended older sessions of the same owner, who had as many as allowed (S18).
    Evicted {
        /// How many.
        count: usize,
    },
    /// A login was refused: its owner has as many sessions as allowed (S18).
    LimitRefused,
    /// Somebody began to act as somebody else, and the session has a new id. Who, and as whom, is the application's to note:
    /// it knows both.
    ImpersonationBegun,
    /// An impersonation ended, by its session or within it. One that ends with its session, by time or by a revocation, is not
    /// told.
    ImpersonationEnded {
        /// Whether its administrator is back, under a new id. Otherwise the session has ended, or became somebody's own.
        returned: bool,
    },
    /// What was over was removed from the store.
    Swept {
        /// How many records and dead ids.
        count: usize,
    },
}

#[cfg(test)]
mod tests;
