//! An administrator acts as another user, and comes back.

use super::Session;
use super::slot::Slot;
use crate::commit::switch::To;
use crate::data::{Impersonates, Owned, OwnerOf, SessionData};
use crate::error::Error;
use crate::field::owner_json;

impl<S: SessionData> Session<S> {
    /// Lets the owner of this session, an administrator, act as `user` until
    /// [`stop_impersonating`](Self::stop_impersonating). **Who may do so, and as whom, is the handler's to decide**, as with
    /// `require` and `fresh`.
    ///
    /// The fields become those of a new session of `user`: `keep` fields go on, the `owner` field is `user`, the
    /// `impersonator` field says who is behind it, and all else is at its default, in every section. What the administrator's
    /// fields held is put aside in the store.
    ///
    /// * The session remains the administrator's: [`sessions_of`](crate::Sessions::sessions_of) lists it among theirs under the
    ///   label that it had, limits count it there, [`revoke_owner`](crate::Sessions::revoke_owner) of the administrator ends
    ///   it, and that of the user does not. Deadlines and "remember me" stay as they are.
    /// * `fresh` lets nobody in meanwhile, and [`authenticated`](Self::authenticated) only gives the session a new id: the
    ///   user has proved nothing.
    /// * A logout, and a login as somebody else, end the impersonation, and what was put aside is forgotten. Putting `None`
    ///   into the `impersonator` field ends the session, and so does a [`restart`](Self::restart) with the same owner: it
    ///   would be the user's without a mark.
    ///
    /// It is stored before this returns, under a new id, and stays so whatever becomes of the request; what the request
    /// changed before is [saved](Self::save) first. So a `&mut T` handler calls [`stage`](Self::stage) before. Its copy is the
    /// administrator's still: what it changes in it afterwards is refused with 409. The user's session is reached by
    /// [`get`](Self::get) and [`update`](Self::update). Other requests of the session that are on their way find their id
    /// dead: those that write are refused with 409.
    ///
    /// # Errors
    /// [`Error::cannot_impersonate`] says why. Otherwise as [`save`](Self::save): [`Error::is_too_large`] if there is no
    /// room for what is put aside beside the rest, [`Error::is_too_late`] once the response has begun. Nothing has changed
    /// then.
    ///
    /// ```
    /// use session_runtime::{Error, Impersonator, Session, session, with_session};
    ///
    /// #[session]
    /// struct Shop {
    ///     #[session(owner)]
    ///     user: Option<u64>,
    ///     #[session(privileged)]
    ///     is_support: bool,
    ///     #[session(impersonator)]
    ///     support: Option<Impersonator<u64>>,
    /// }
    ///
    /// # fn note(who: u64, deed: &str, whom: u64) {}
    /// #[with_session(require = is_support, fresh = "10m")]
    /// async fn act_as(session: &Shop, handle: Session<Shop>, user: String) -> Result<(), Error> {
    ///     # let user: u64 = user.len() as u64;
    ///     note(session.user.unwrap_or(0), "acts as", user); // for the audit
    ///     handle.impersonate(&user).await
    /// }
    ///
    /// #[with_session(require = support)]
    /// async fn back(session: &Shop, support: &Impersonator<u64>, handle: Session<Shop>) -> Result<(), Error> {
    ///     note(*support.user(), "has acted as", session.user.unwrap_or(0));
    ///     handle.stop_impersonating().await
    /// }
    /// # use axum::{Router, routing::post};
    /// # let app: Router = Router::new().route("/as", post(act_as)).route("/back", post(back));
    /// ```
    pub async fn impersonate(&self, user: &OwnerOf<S::Root>) -> Result<(), Error>
    where
        S::Root: Impersonates,
    {
        let user = owner_json::<<S::Root as Owned>::Field>(user)?;
        self.save_before("impersonate").await?;
        self.cell.switch(To::User(&user)).await
    }

    /// Ends an impersonation: the administrator's fields come back as they were put aside, and what was done as the user
    /// goes, but for `keep` fields. The session gets a new id, at once, as with [`impersonate`](Self::impersonate).
    ///
    /// Values that last for a time have gone on ageing; an `Expiring` that is over does not come back.
    ///
    /// What was put aside by another `version` of the session type does not come back, since no migration reaches it: then the
    /// session ends as at a logout. This returns `Ok`, and the request has no session any more.
    ///
    /// # Errors
    /// As [`impersonate`](Self::impersonate).
    pub async fn stop_impersonating(&self) -> Result<(), Error>
    where
        S::Root: Impersonates,
    {
        self.save_before("stop_impersonating").await?;
        self.cell.switch(To::Administrator).await
    }

    async fn save_before(&self, what: &str) -> Result<(), Error> {
        if self.cell.has_unstaged() {
            let why = format!("a `&mut T` handler calls `handle.stage(session)` before `handle.{what}(..)`");
            return Err(Error::config(why));
        }
        self.save().await?;
        // decoding may find that the session cannot be used
        self.cell.with(|_: &mut Slot<S::Root>| ());
        Ok(())
    }
}
