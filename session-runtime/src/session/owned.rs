//! The other sessions of a session's owner.

use super::Session;
use crate::commit::apply::Live;
use crate::data::{Owned, SessionData};
use crate::error::Error;
use crate::owners::{self, OwnedSession, SessionHandle, Which};
use crate::sessions::kept;

/// Whose they are is what is stored: an owner that this request set counts once it is [saved](Session::save).
impl<S: SessionData> Session<S> {
    /// The live sessions of this session's owner, this one among them; the last used first (S17). None if nobody owns it.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the store does not answer. [`Error::is_config`] for cookie sessions without a list of
    /// those that have ended.
    pub async fn owner_sessions(&self) -> Result<Vec<OwnedSession>, Error>
    where
        S::Root: Owned,
    {
        kept(&self.cell.engine)?;
        match self.owned() {
            Some((live, owner)) => owners::list(&self.cell.engine, &owner, Some(&live.key)).await,
            None => Ok(Vec::new()),
        }
    }

    /// What this session is called among its owner's. `None` if nobody owns it, or nobody has taken note of that yet.
    ///
    /// # Errors
    /// As [`owner_sessions`](Self::owner_sessions).
    pub async fn handle(&self) -> Result<Option<SessionHandle>, Error>
    where
        S::Root: Owned,
    {
        kept(&self.cell.engine)?;
        match self.owned() {
            Some((live, owner)) => owners::handle_of(&self.cell.engine, &owner, &live.key).await,
            None => Ok(None),
        }
    }

    /// Ends the session of this handle now, if it is one of this session's owner; says whether it was. A handle may come from
    /// a form: that of somebody else's session does nothing.
    ///
    /// To end this session itself, [`destroy`](Self::destroy) also takes its cookie away.
    ///
    /// # Errors
    /// As [`Sessions::revoke`](crate::Sessions::revoke).
    pub async fn revoke(&self, handle: SessionHandle) -> Result<bool, Error>
    where
        S::Root: Owned,
    {
        kept(&self.cell.engine)?;
        match self.owned() {
            Some((_, owner)) => Ok(owners::revoke(&self.cell.engine, &owner, Which::One(handle)).await? > 0),
            None => Ok(false),
        }
    }

    /// Ends every other session of this session's owner now, says how many, and gives this one a new id when it is
    /// committed: after a change of the password or of a second factor (S16).
    ///
    /// # Errors
    /// As [`Sessions::revoke_others`](crate::Sessions::revoke_others). [`Error::is_config`] if nobody owns this session, or
    /// that is not saved yet.
    pub async fn revoke_others(&self) -> Result<usize, Error>
    where
        S::Root: Owned,
    {
        kept(&self.cell.engine)?;
        let Some((live, owner)) = self.owned() else {
            return Err(Error::config("`revoke_others` needs a session whose owner is saved"));
        };
        let count = owners::revoke(&self.cell.engine, &owner, Which::Others(&live.key)).await?;
        self.rotate();
        Ok(count)
    }

    fn owned(&self) -> Option<(Live, Box<str>)> {
        let live = self.cell.live()?;
        let owner = owners::whose(live.record.meta())?.into();
        Some((live, owner))
    }
}
