//! The next id of a session: noted in the index of its owner before there is a record under it.

use super::register::{Arrival, admit, withdraw};
use super::{Desk, Rooms, fate};
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::token::{Key, Slot, Token};

/// A session with an owner that is about to be created, or to get another id.
pub(crate) struct Newcomer<'a> {
    engine: &'a Engine,
    arrival: Arrival,
    /// The id that was noted; a store that refuses a change for a conflict may be asked again under it.
    noted: Option<(Token, Key)>,
}

impl<'a> Newcomer<'a> {
    /// One that nobody knows of yet.
    pub(crate) const fn new(engine: &'a Engine, arrival: Arrival) -> Self {
        Self { engine, arrival, noted: None }
    }

    /// An id for it.
    ///
    /// # Errors
    /// As [`admit`].
    pub(crate) async fn id(&mut self, slot: Option<Slot>) -> Result<(Token, Key), Error> {
        if let Some(noted) = &self.noted {
            return Ok(noted.clone());
        }
        let token = Token::random(&*self.engine.entropy, slot)?;
        let key = token.key(&self.engine.purpose);
        admit(self.engine, &self.arrival, &key).await?;
        self.noted = Some((token.clone(), key));
        Ok((token, key))
    }

    /// The store has something under the id: that another session has the same, or that this one was ended before it came.
    ///
    /// # Errors
    /// [`Kind::Gone`] for the latter.
    pub(crate) async fn is_taken(&mut self) -> Result<(), Error> {
        let Some((_, key)) = self.noted.take() else { return Ok(()) };
        if let Some(Desk { rooms: Rooms::Store(store), .. }) = Desk::of(self.engine)
            && fate::is_buried(self.engine, store, &key).await?
        {
            return Err(Error::new(Kind::Gone));
        }
        withdraw(self.engine, &self.arrival, &key).await;
        Ok(())
    }

    /// It does not come after all, as far as `outcome` tells.
    pub(crate) async fn settle<T>(mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome
            && !error.is_unavailable()
            && let Some((_, key)) = self.noted.take()
        {
            withdraw(self.engine, &self.arrival, &key).await;
        }
        outcome
    }
}
