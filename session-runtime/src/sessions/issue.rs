//! Sessions without a request: for tests, command-line tools and background work.

use std::fmt;
use std::sync::Arc;

use super::Sessions;
use crate::commit::apply::Turn;
use crate::commit::plan::{Ending, OwnerChange};
use crate::cookie::read::Candidates;
use crate::data::RootSession;
use crate::error::{Error, Kind};
use crate::session::Session;
use crate::session::cell::Cell;
use crate::token::Token;

/// A session made by [`Sessions::issue`].
pub struct Issued {
    token: Token,
    cookie: String,
}

impl Issued {
    /// The id. Where sessions are kept in cookies, it is inside of one, and presents nothing by itself.
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// The value of a `Set-Cookie` header that gives the session to a browser. Whoever reads it has the session.
    pub fn set_cookie(&self) -> &str {
        &self.cookie
    }

    /// The value of a `Cookie` header that presents the session: `name=id`. Whoever reads it has the session.
    pub fn cookie(&self) -> &str {
        self.cookie.split(';').next().unwrap_or_default()
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Issued(..)")
    }
}

impl<R: RootSession> Sessions<R> {
    /// Stores a new session with this value, and returns its cookie: for a test or a command-line tool.
    ///
    /// # Errors
    /// As [`Session::save`]; [`Error::is_unstorable`] if every field is at its default, as an empty session is never
    /// created.
    ///
    /// ```
    /// # use session_runtime::{MemoryStore, Sessions, session};
    /// #[session]
    /// struct Shop {
    ///     visits: u32,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), session_runtime::Error> {
    /// let sessions = Sessions::<Shop>::new(MemoryStore::new())?;
    /// let issued = sessions.issue(Shop { visits: 41 }).await?;
    /// assert!(issued.cookie().starts_with("__Host-id="));
    ///
    /// let visits = sessions.edit(issued.token(), |shop| { shop.visits += 1; shop.visits }).await?;
    /// assert_eq!(visits, 42);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn issue(&self, value: R) -> Result<Issued, Error> {
        let session = self.anonymous().await?;
        session.update(|session| *session = value);
        session.save().await?;
        let (Some(token), Some(cookie)) = (session.token(), session.cell().take_cookie()) else {
            return Err(Error::new(Kind::Unstorable {
                field: R::NAME.into(),
                why: "every field is at its default, and an empty session is never created".into(),
            }));
        };
        Ok(Issued { token, cookie })
    }

    /// Changes a session outside of its requests: for background work. The changes are merged and committed as a request's
    /// are. It is no activity of the session's owner: an idle session stays idle.
    ///
    /// # Errors
    /// [`Error::is_gone`] if there is no such session; otherwise as [`Session::save`]. An `owner` or `privileged` field
    /// cannot be changed this way, since that rotates the id and there is no response to carry it: [`Error::is_config`].
    pub async fn edit<T>(&self, token: &Token, change: impl FnOnce(&mut R) -> T) -> Result<T, Error> {
        self.on_the_server()?;
        let cell = self.cell();
        cell.open(Candidates::one(token.clone())).await.map_err(|_| Error::new(Kind::Unavailable))?;
        let result = Self::change_in(&cell, change)?;
        cell.commit(Ending::Commit, Turn::Last).await?;
        Ok(result)
    }

    pub(super) fn on_the_server(&self) -> Result<(), Error> {
        if self.engine.place.jar().is_some() {
            let why = "`edit` needs a store on the server: a session in a cookie is changed by answering its browser";
            return Err(Error::config(why));
        }
        Ok(())
    }

    /// Changes the session that the cell has loaded.
    pub(super) fn change_in<T>(cell: &Arc<Cell>, change: impl FnOnce(&mut R) -> T) -> Result<T, Error> {
        cell.in_background();
        let session = Session::<R>::new(Arc::clone(cell));
        // decoding may find that the session cannot be used
        session.get();
        if session.token().is_none() {
            return Err(Error::new(Kind::Gone));
        }
        let result = session.update(change);
        let summary = session.cell().summary();
        if summary.privileged || summary.owner != OwnerChange::Same {
            return Err(Error::config(
                "`edit` cannot change an `owner` or `privileged` field: that rotates the id",
            ));
        }
        Ok(result)
    }

    async fn anonymous(&self) -> Result<Session<R>, Error> {
        let cell = self.cell();
        cell.open(Candidates::None).await.map_err(|_| Error::new(Kind::Unavailable))?;
        Ok(Session::new(Arc::clone(&cell)))
    }
}
