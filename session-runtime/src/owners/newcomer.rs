//! The next id of a session: noted in the index of its owner before there is a record under it.

use super::register::{Arrival, admit, withdraw};
use super::{Desk, Rooms, fate};
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::token::Key;

/// A session that is about to be created, or to get another id. Nothing is done for one that nobody owns, and its future is
/// small.
#[derive(Default)]
pub(crate) struct Newcomer(Option<Box<Owned>>);

struct Owned {
    arrival: Arrival,
    /// Where it was noted to come.
    noted: Option<Key>,
}

impl Newcomer {
    pub(crate) fn of(arrival: Option<Arrival>) -> Self {
        Self(arrival.map(|arrival| Box::new(Owned { arrival, noted: None })))
    }

    /// Notes that it comes to this key.
    ///
    /// # Errors
    /// As [`admit`].
    pub(crate) async fn note(&mut self, engine: &Engine, key: &Key) -> Result<(), Error> {
        let Some(owned) = &mut self.0 else { return Ok(()) };
        Box::pin(admit(engine, &owned.arrival, key)).await?;
        owned.noted = Some(*key);
        Ok(())
    }

    /// The store has something under the key: that another session has the same, or that this one was ended before it came.
    ///
    /// # Errors
    /// [`Kind::Gone`] for the latter.
    pub(crate) async fn is_taken(&mut self, engine: &Engine) -> Result<(), Error> {
        let Some(owned) = &mut self.0 else { return Ok(()) };
        Box::pin(owned.is_taken(engine)).await
    }

    /// What its coming came to: if it does not come after all, as far as that tells, it is noted no more.
    pub(crate) async fn settle<T, E: Into<Error>>(
        &mut self,
        engine: &Engine,
        outcome: Result<T, E>,
    ) -> Result<T, Error> {
        let error = match outcome {
            Ok(done) => return Ok(done),
            Err(error) => error.into(),
        };
        if *error.kind() != Kind::Unavailable {
            self.withdraw(engine).await;
        }
        Err(error)
    }

    /// It does not come.
    pub(crate) async fn withdraw(&mut self, engine: &Engine) {
        if let Some(owned) = &mut self.0
            && let Some(key) = owned.noted.take()
        {
            Box::pin(withdraw(engine, &owned.arrival, &key)).await;
        }
    }
}

impl Owned {
    async fn is_taken(&mut self, engine: &Engine) -> Result<(), Error> {
        let Some(key) = self.noted.take() else { return Ok(()) };
        if let Some(Desk { rooms: Rooms::Store(store), .. }) = Desk::of(engine)
            && fate::is_buried(engine, store, &key).await?
        {
            return Err(Error::new(Kind::Gone));
        }
        withdraw(engine, &self.arrival, &key).await;
        Ok(())
    }
}
