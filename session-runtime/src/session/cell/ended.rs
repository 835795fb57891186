//! Whether the session of a request has ended since it was last asked for, where saying so wrongly would do harm.

use super::Cell;
use crate::commit::apply::{Live, Work};
use crate::commit::sealed::{Confirmed, confirm};
use crate::engine::{Place, TOMBSTONE};
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::store::{DynStore, Found};
use crate::token::Key;

impl Cell {
    /// An end follows a session to the id that it has now by what is remembered of the ids before, and they are not
    /// remembered for ever. Who found the session by one of them that is forgotten cannot tell whether it goes on, and must
    /// not be told that it has ended (S14).
    pub(super) async fn check_reach(&self, work: &Work) -> Result<(), Error> {
        let (Place::Server(store), Some(live)) = (&self.engine.place, &work.live) else { return Ok(()) };
        if work.now.since(self.state().found) < TOMBSTONE {
            return Ok(());
        }
        match self.engine.ask(store.load(&live.key)).await? {
            Found::Record(_) | Found::Tombstone { .. } => Ok(()),
            Found::Nothing => Err(Error::new(Kind::Gone)),
        }
    }

    /// A session for which an earlier save of this request made a cookie may have ended since: the cookie would take the
    /// place of a later one in the browser (T2). A handler may run for long after it saved.
    pub(super) async fn confirm_cookie(&self, error: Option<&Error>) {
        let Some(live) = self.live() else { return };
        let key = live.key;
        match &self.engine.place {
            Place::Server(store) => {
                let is_gone = error.is_some_and(Error::is_gone);
                // what cannot be known is not: a cookie of what has ended is dead wherever it is presented
                let is_unknown = error.is_some_and(Error::is_unavailable);
                if is_gone || !is_unknown && Box::pin(self.has_ended(&**store, &live)).await {
                    self.drop_cookie(&key);
                }
            }
            // nobody else can have made it last longer
            Place::Cookie(_) if self.engine.now() >= live.record.meta().deadline() => {
                self.drop_cookie(&key);
            }
            Place::Cookie(jar) => match Box::pin(confirm(&self.engine, jar, live)).await {
                Confirmed::Good => {}
                Confirmed::Ended => self.drop_cookie(&key),
                Confirmed::Renewed(cookie) => self.state().cookie = Some(cookie),
            },
        }
    }

    fn drop_cookie(&self, key: &Key) {
        let dropped = self.state().cookie.take().is_some();
        if dropped {
            self.engine.reporter.tell(Some(key), Happened::CookieDropped);
        }
    }

    async fn has_ended(&self, store: &dyn DynStore, live: &Live) -> bool {
        match self.engine.ask(store.load(&live.key)).await {
            Ok(Found::Record(record)) => self.engine.now() >= record.meta().deadline(),
            Ok(Found::Tombstone { .. } | Found::Nothing) => true,
            Err(_) => false,
        }
    }
}
