//! All sessions of one owner, from outside of any of them.

use std::sync::Arc;

use super::Sessions;
use crate::commit::apply::{Live, Turn};
use crate::commit::plan::Ending;
use crate::commit::reindex::{self, Reindexed};
use crate::data::{Owned, OwnerOf, RootSession};
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::field::owner_json;
use crate::owners::{self, OwnedSession, SessionHandle, Which};
use crate::record::Record;
use crate::token::{Key, Token};

/// How often another request may be first to move a session into another index.
const TRIES: u32 = 8;

impl<R: RootSession> Sessions<R> {
    /// The live sessions of this owner, the last used first: for a page where somebody sees where they are logged in (S17).
    /// A handler whose session is one of them has [`Session::owner_sessions`](crate::Session::owner_sessions).
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the store does not answer. [`Error::is_config`] for cookie sessions without a list of
    /// those that have ended. [`Error::is_unstorable`] if JSON cannot carry the owner.
    ///
    /// ```
    /// # use session_runtime::{MemoryStore, Sessions, session};
    /// #[session]
    /// struct Shop {
    ///     #[session(owner)]
    ///     user: Option<u64>,
    ///     #[session(label)]
    ///     device: String,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), session_runtime::Error> {
    /// let sessions = Sessions::<Shop>::new(MemoryStore::new())?;
    /// sessions.issue(Shop { user: Some(7), device: "Firefox".into() }).await?;
    /// let laptop = sessions.issue(Shop { user: Some(7), device: "Laptop".into() }).await?;
    ///
    /// let found = sessions.sessions_of(&7).await?;
    /// assert_eq!(found.len(), 2);
    /// let firefox = found.iter().find(|session| session.label() == Some("Firefox")).unwrap();
    /// assert!(!sessions.revoke(&8, firefox.handle()).await?, "it is not a session of user 8");
    /// assert!(sessions.revoke(&7, firefox.handle()).await?);
    ///
    /// sessions.revoke_owner(&7).await?;
    /// assert!(sessions.edit(laptop.token(), |_| ()).await.unwrap_err().is_gone());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sessions_of(&self, owner: &OwnerOf<R>) -> Result<Vec<OwnedSession>, Error>
    where
        R: Owned,
    {
        let owner = self.json(owner)?;
        owners::list(&self.engine, &owner, None).await
    }

    /// Ends the session of this handle, if it is one of this owner's; says whether it was (S17).
    ///
    /// Requests in flight that change it are refused with 409; so is, for two minutes, every write of a browser that still
    /// has its cookie, and that is a login, too, unless [`destroy`](crate::Session::destroy) takes the cookie away first.
    ///
    /// # Errors
    /// As [`sessions_of`](Self::sessions_of); [`Error::is_conflict`] if the owner's sessions change without pause. If it
    /// fails, the session may be alive; calling it again goes on.
    pub async fn revoke(&self, owner: &OwnerOf<R>, handle: SessionHandle) -> Result<bool, Error>
    where
        R: Owned,
    {
        let owner = self.json(owner)?;
        Ok(owners::revoke(&self.engine, &owner, Which::One(handle)).await? > 0)
    }

    /// Ends every session of this owner but the one of this handle, and says how many. From a handler,
    /// [`Session::revoke_others`](crate::Session::revoke_others) also gives the one that is left a new id (S16).
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_others(&self, owner: &OwnerOf<R>, keep: SessionHandle) -> Result<usize, Error>
    where
        R: Owned,
    {
        let owner = self.json(owner)?;
        owners::revoke(&self.engine, &owner, Which::Except(keep)).await
    }

    /// Ends every session of this owner, wherever it is: when an account is closed, after its password was changed for it,
    /// or for "log out everywhere" (S15). Says how many it knew of.
    ///
    /// A login that is on its way at that moment either fails, or was noted after this began to look.
    ///
    /// While there are sessions of a version that wrote owners in another form (see [`Migration`](crate::Migration)), call it with that
    /// form first, and then with this one.
    ///
    /// Sessions in cookies end by their time: every one that began before now, whether it is known of or not, and by the clock
    /// of the server that began it.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_owner(&self, owner: &OwnerOf<R>) -> Result<usize, Error>
    where
        R: Owned,
    {
        let owner = self.json(owner)?;
        if let Some(jar) = self.engine.place.jar() {
            jar.end_all_of(&self.engine, &owner, self.engine.now()).await?;
        }
        owners::revoke(&self.engine, &owner, Which::All).await
    }

    /// [`edit`](Self::edit) of the session of this handle, if it is one of this owner's.
    ///
    /// # Errors
    /// As [`edit`](Self::edit) and [`sessions_of`](Self::sessions_of). [`Error::is_gone`] if this owner has no such session.
    pub async fn edit_of<T>(
        &self,
        owner: &OwnerOf<R>,
        handle: SessionHandle,
        change: impl FnOnce(&mut R) -> T,
    ) -> Result<T, Error>
    where
        R: Owned,
    {
        self.on_the_server()?;
        let owner = self.json(owner)?;
        let find = || owners::key_of(&self.engine, &owner, handle);
        let (key, record) = self.filed(&find).await?;
        let cell = self.cell();
        cell.adopt(key, Arc::clone(&record), None)?;
        let result = Self::change_in(&cell, change)?;
        match cell.commit(Ending::Commit, Turn::Last).await {
            // its id may have been renewed meanwhile: the index says where it is
            Err(error) if error.is_gone() => {
                let (key, moved) = find().await?.ok_or(error)?;
                cell.adopt(key, moved, Some(&record))?;
                cell.commit(Ending::Commit, Turn::Last).await?;
            }
            done => done?,
        }
        Ok(result)
    }

    /// The session that is found, in the index of its owner as this version writes them.
    async fn filed<F>(&self, find: &impl Fn() -> F) -> Result<(Key, Arc<Record>), Error>
    where
        F: Future<Output = Result<Option<(Key, Arc<Record>)>, Error>>,
    {
        let engine = &*self.engine;
        for _ in 0..TRIES {
            let (key, record) = find().await?.ok_or_else(|| Error::new(Kind::Gone))?;
            let Ok(Some(upgrade)) = engine.types.schema.upgrade(&record) else { return Ok((key, record)) };
            if !reindex::is_due(engine, &upgrade) {
                return Ok((key, record));
            }
            let token = Token::random(&*engine.entropy, key.slot())?;
            let live = Live { token, key, record: Arc::clone(&upgrade.record), stale: false };
            match Box::pin(reindex::reindex(engine, &live, &upgrade)).await? {
                Reindexed::Done(live, _) => return Ok((key, live.record)),
                Reindexed::Ended { .. } => return Err(Error::new(Kind::Gone)),
                Reindexed::Overtaken | Reindexed::Moved(_) | Reindexed::Unsealed => {}
            }
        }
        Err(Error::new(Kind::Conflict))
    }

    fn json(&self, owner: &OwnerOf<R>) -> Result<String, Error>
    where
        R: Owned,
    {
        kept(&self.engine)?;
        owner_json::<R::Field>(owner)
    }
}

/// Refuses where nobody keeps account of owners.
pub(crate) fn kept(engine: &Engine) -> Result<(), Error> {
    if owners::are_kept(engine) {
        return Ok(());
    }
    Err(Error::config(
        "whose sessions there are is known of cookie sessions only with a list of those that have ended",
    ))
}
