//! A request's session, as handlers and frameworks hold it.

pub(crate) mod cell;
mod csrf;
pub(crate) mod gate;
pub(crate) mod guard;
mod impersonation;
pub(crate) mod lasting;
mod owned;
mod slot;
mod take;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::commit::apply::Turn;
use crate::commit::plan::Ending;
use crate::data::{Remembers, RootSession, SessionData};
use crate::error::{Error, Unavailable};
use crate::token::Token;
use cell::Cell;
pub use csrf::WithoutCsrf;
use slot::Slot;

/// The handle of a request's session: what cannot be said by changing fields.
///
/// A handler takes it beside its session argument, or alone. All handles of one request share one load and one save.
///
/// ```
/// use session_runtime::{Session, session, with_session};
///
/// #[session]
/// struct Shop {
///     #[session(owner)]
///     user: Option<u64>,
///     cart: Vec<String>,
/// }
///
/// #[with_session]
/// async fn confirm_password(session: &Shop, handle: Session<Shop>) -> &'static str {
///     if session.user.is_some() {
///         handle.authenticated(); // a new id, and both deadlines begin anew
///     }
///     "ok"
/// }
/// ```
pub struct Session<S> {
    cell: Arc<Cell>,
    session: PhantomData<fn() -> S>,
}

// not derived: that would ask for `S: Clone`
impl<S> Clone for Session<S> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), session: PhantomData }
    }
}

impl<S> fmt::Debug for Session<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}

impl<S: SessionData> Session<S> {
    pub(crate) const fn new(cell: Arc<Cell>) -> Self {
        Self { cell, session: PhantomData }
    }

    pub(crate) fn cell(&self) -> &Cell {
        &self.cell
    }

    /// The value as this request sees it: as loaded, with the changes that this request made so far.
    ///
    /// The copy that a running `&mut T` handler works on is not in it until the handler returns or calls
    /// [`stage`](Self::stage).
    pub fn get(&self) -> Arc<S> {
        self.cell.with(|slot: &mut Slot<S>| Arc::clone(&slot.current))
    }

    /// Whether there is a session, or will be when this request's changes are committed.
    pub fn exists(&self) -> bool {
        self.cell.exists()
    }

    /// Changes the value. What differs afterwards is committed with the response, or by [`save`](Self::save).
    pub fn update<T>(&self, change: impl FnOnce(&mut S) -> T) -> T {
        // on a copy, with no state locked: the closure may use this handle
        let (turn, mut value) = self.cell.turn::<S>();
        let result = change(&mut value);
        self.cell.change(|slot: &mut Slot<S>| slot.finish(turn.editor, value, &*self.cell.engine.clock));
        result
    }

    /// Takes in what the running `&mut T` handler changed so far, so that [`save`](Self::save) can store it.
    pub fn stage(&self, session: &S) {
        self.cell.change(|slot: &mut Slot<S>| slot.stage(session, &*self.cell.engine.clock));
    }

    /// Commits now what this request changed so far, rather than with the response.
    ///
    /// Long-running and streaming handlers need it: what they change after the response has begun is stored by nothing
    /// else. The copy that a `&mut T` handler works on is its own until it is handed in with [`stage`](Self::stage):
    ///
    /// ```
    /// # use session_runtime::{Error, Session, session, with_session};
    /// #[session]
    /// struct Import {
    ///     done: u32,
    /// }
    ///
    /// #[with_session]
    /// async fn import(session: &mut Import, handle: Session<Import>) -> Result<(), Error> {
    ///     for _ in 0..10 {
    ///         session.done += 1;
    ///         handle.stage(session);
    ///         handle.save().await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Error`]'s predicates say. With [`Error::is_unavailable`] the write may have been done all the same; saving again
    /// finds out, and does not do it twice. Once the response has begun, a change that needs a new id fails with
    /// [`Error::is_too_late`]. [`Error::is_config`] if a running `&mut T` handler has not called [`stage`](Self::stage) since
    /// the last save: its changes would be left out without a word.
    pub async fn save(&self) -> Result<(), Error> {
        if self.cell.has_unstaged() {
            return Err(Error::config(
                "a `&mut T` handler calls `handle.stage(session)` before `handle.save()`",
            ));
        }
        self.cell.commit(Ending::Commit, Turn::Further).await
    }

    /// Gives the session a new id when it is committed; the old one is dead from then on. Where there is no need for that,
    /// [`renew`](Self::renew) has a grace for requests that are on their way.
    ///
    /// It is done whatever becomes of the request, also after a panic or a 5xx. Once the response is sent, there is no way to
    /// carry a new id.
    pub fn rotate(&self) {
        self.cell.intend(|intents| intents.rotate = true);
    }

    /// Renews the session's id when this request is committed. The old one reaches the session, too, until a short grace is
    /// over (`grace`, 30 seconds unless declared otherwise): so requests that the browser has sent with it lose nothing, and
    /// all of them end with the same new id (S24).
    ///
    /// For a new id every so often, declare `renew`. After a change of privilege that only the application knows of, call
    /// [`rotate`](Self::rotate) instead: there a grace would let in whoever planted the old id.
    ///
    /// Within the grace of the last renewal this does nothing: the id is new. Nor does it where the request fails (5xx), or where
    /// the session has ended meanwhile: that is no reason to refuse anything. [CSRF tokens](Self::csrf_token) of the old id are
    /// good under the new one. In cookies without a list of what has ended, an old cookie stays good.
    pub fn renew(&self) {
        self.cell.intend(|intents| intents.renew = true);
    }

    /// Ends the session when this request is committed: the record with all its sections is deleted and the cookie removed,
    /// whatever other requests are writing.
    ///
    /// It is done whatever becomes of the request, also after a panic or a 5xx. Once the response is sent, it takes a
    /// [`save`](Self::save), which fails with [`Error::is_gone`] where the id that this request came by is not remembered any
    /// more: the session may go on under another one.
    pub fn destroy(&self) {
        self.cell.intend(|intents| intents.destroy = true);
    }

    /// Marks that the owner has just proved who they are: the session gets a new id, and both its deadlines begin anew.
    ///
    /// An `owner` field that becomes `Some` implies it.
    pub fn authenticated(&self) {
        self.cell.intend(|intents| intents.authenticated = true);
    }

    /// The id of the session, for [`Sessions::edit`](crate::Sessions::edit) in background work that this request starts.
    /// `None` if there is no session yet. It reaches the session for as long as this id does: after a renewal, until the grace
    /// is over.
    pub fn token(&self) -> Option<Token> {
        self.cell.token()
    }

    /// Chooses the declared longer lifetime for this session ("remember me"): idle and absolute deadline are that far away
    /// from now, and the cookie outlives the browser (S45).
    pub fn remember(&self)
    where
        S::Root: Remembers,
    {
        self.cell.intend(|intents| intents.remember = Some(true));
    }

    /// Goes back to the ordinary lifetimes, which begin now.
    pub fn forget(&self)
    where
        S::Root: Remembers,
    {
        self.cell.intend(|intents| intents.remember = Some(false));
    }
}

impl<S: RootSession> Session<S> {
    /// Ends what the session was and begins anew with `value`, under a new id. Nothing of the old session is kept: not its
    /// sections, not its unknown keys, not `keep` fields. For a login while somebody else may be logged in: a mere change of
    /// owner wipes what was theirs, and cannot tell a privilege that both have from one that was left behind.
    pub fn restart(&self, value: S) {
        self.update(|session| *session = value);
        self.cell.intend(|intents| intents.restart = true);
    }
}

/// [`Session`], or that the store could not be asked.
///
/// What a framework extracts for a handler that takes `Result<&T, Unavailable>`.
pub struct Attempt<S>(pub(crate) Result<Session<S>, Unavailable>);

// not derived: that would ask for `S: Clone`
impl<S> Clone for Attempt<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for Attempt<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Attempt").field(&self.0).finish()
    }
}

impl<S> From<Attempt<S>> for Result<Session<S>, Unavailable> {
    fn from(attempt: Attempt<S>) -> Self {
        attempt.0
    }
}
