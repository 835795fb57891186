//! A session type, configured and bound to a store.

mod builder;
mod issue;
mod owned;
mod summary;

pub use builder::SessionsBuilder;
pub use issue::Issued;
pub(crate) use owned::kept;
pub use summary::PolicySummary;
pub(crate) use summary::described;

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use crate::data::{RootSession, SessionData};
use crate::engine::{Engine, Place};
use crate::error::Error;
use crate::observe::Happened;
use crate::session::cell::Cell;
use crate::session::lasting;
use crate::store::kind::{self, Keeps};
use crate::store::{Key, SessionStore};
use crate::token::Token;

/// A session type with its store: what a framework is given as its layer.
///
/// Cloning is cheap; clones share everything.
///
/// ```
/// use session_runtime::{MemoryStore, Sessions, session};
///
/// #[session(idle = "30m", absolute = "12h")]
/// struct Shop {
///     visits: u32,
/// }
///
/// let sessions = Sessions::<Shop>::new(MemoryStore::new())?;
/// # Ok::<(), session_runtime::Error>(())
/// ```
pub struct Sessions<R> {
    engine: Arc<Engine>,
    root: PhantomData<fn() -> R>,
}

// not derived: that would ask for `R: Clone`
impl<R> Clone for Sessions<R> {
    fn clone(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), root: PhantomData }
    }
}

impl<R: RootSession> fmt::Debug for Sessions<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("session", &R::NAME)
            .field("cookie", &self.engine.cookie_name)
            .finish_non_exhaustive()
    }
}

impl<R: RootSession> Sessions<R> {
    /// Sessions of type `R` in `store`, as declared on `R`.
    ///
    /// # Errors
    /// [`Error::is_config`] if what is declared breaks a rule. The attribute has checked it before, so this does not happen
    /// without overrides.
    pub fn new<St: SessionStore>(store: St) -> Result<Self, Error>
    where
        St::Kind: Keeps<R>,
    {
        Self::builder(store).build()
    }

    /// Sessions for development over plain http: without `Secure`, and so without the prefix of the cookie's name
    /// (`__Host-id` is `id`). Everything else is as declared. Says so in the log.
    ///
    /// # Errors
    /// [`Error::is_config`] if the declared policy cannot do without `Secure`, such as `SameSite=None`.
    pub fn development<St: SessionStore>(store: St) -> Result<Self, Error>
    where
        St::Kind: Keeps<R>,
    {
        Self::builder(store).development().build()
    }

    /// Sessions of type `R` in `store`, with parts of the declared policy overridden.
    pub fn builder<St: SessionStore>(store: St) -> SessionsBuilder<R>
    where
        St::Kind: Keeps<R>,
    {
        SessionsBuilder::new(store)
    }

    /// Registers a section: a session type declared `within = R`, which lives in the same record.
    ///
    /// # Errors
    /// [`Error::is_config`] if a section of the same name is registered already, if the sessions are kept in cookies and the
    /// section has a field that no such cookie can hold, or if a field's `ttl` is longer than a session of type `R` lives.
    ///
    /// ```
    /// # use session_runtime::{MemoryStore, Sessions, session};
    /// #[session]
    /// struct Shop {}
    ///
    /// #[session(within = Shop)]
    /// struct Cart {
    ///     items: Vec<String>,
    /// }
    ///
    /// let sessions = Sessions::<Shop>::new(MemoryStore::new())?.with::<Cart>()?;
    /// assert!(sessions.with::<Cart>().is_err());
    /// # Ok::<(), session_runtime::Error>(())
    /// ```
    pub fn with<S: SessionData<Root = R>>(mut self) -> Result<Self, Error> {
        if S::SECTION.is_none() {
            return Err(Error::config(format!("`{}` is the root session, not a section of it", S::NAME)));
        }
        lasting::check::<S>(&self.engine.lifetimes)?;
        if let Some(jar) = self.engine.place.jar() {
            kind::check::<S>(jar.is_readable())?;
        }
        let engine = Arc::make_mut(&mut self.engine);
        // it knows the claims as they were
        engine.blank = OnceLock::new();
        engine.types.add::<S>().map_err(|name| {
            Error::config(format!(
                "two sections of `{}` are called `{name}`: give one of the structs another name",
                R::NAME
            ))
        })?;
        Ok(self)
    }

    /// Removes expired records and forgotten ids from the store, and says how many. Stores also do so by themselves.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the store does not answer.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let count = match &self.engine.place {
            Place::Server(store) => self.engine.ask(store.sweep(self.engine.now())).await?,
            Place::Cookie(jar) => jar.sweep(&self.engine).await?,
        };
        self.engine.reporter.tell(None, Happened::Swept { count });
        Ok(count)
    }

    /// The policy in force, in a few lines: for the log at start, and for whoever reviews it (S74).
    pub fn policy(&self) -> PolicySummary {
        PolicySummary::of::<R>(&self.engine)
    }

    /// What the store knows the session of this id by: for tools that look into a store.
    pub fn key(&self, token: &Token) -> Key {
        token.key(&self.engine.purpose)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether handlers may ask for a session of this type: the root, or a registered section.
    #[cfg(feature = "rocket")]
    pub(crate) fn has<S: SessionData>(&self) -> bool {
        self.engine.types.has::<S>()
    }

    /// The session of a new request.
    pub(crate) fn cell(&self) -> Arc<Cell> {
        Arc::new(Cell::new(Arc::clone(&self.engine)))
    }
}

#[cfg(test)]
mod tests;
