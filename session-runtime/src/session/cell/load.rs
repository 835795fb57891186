//! From the ids that a request presents to the value that its handler gets.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::{Source, State};
use super::{ABSENT, Cell, PRESENTED};
use crate::clock::Timestamp;
use crate::codec;
use crate::commit::apply::Live;
use crate::cookie::read::{Candidates, Presented, Value};
use crate::data::{SessionData, has_notice, is_shareable};
use crate::engine::Place;
use crate::error::{StoreError, Unavailable};
use crate::event;
use crate::record::{Decoded, Record};
use crate::session::lasting;
use crate::store::{DynStore, Found, Look};
use crate::token::{Key, NoEntropy, Token};

impl Cell {
    /// Loads the session that the request presents, once.
    pub(crate) async fn open(&self, presented: Candidates) -> Result<(), Unavailable> {
        let presented = match presented {
            Candidates::None | Candidates::Malformed if self.inner.get().is_none() => {
                let cookie = if matches!(presented, Candidates::None) { 0 } else { PRESENTED };
                self.found.fetch_or(ABSENT | cookie, Ordering::AcqRel);
                return Ok(());
            }
            Candidates::None => return self.found_without_asking(Source::Absent, false),
            Candidates::Malformed => return self.found_without_asking(Source::Absent, true),
            Candidates::TooMany => {
                event::ambiguous(self.session());
                return self.found_without_asking(Source::Unusable(Vec::new()), true);
            }
            Candidates::Some(presented) => presented,
        };
        let _io = self.exclusive().await;
        if let Some(outcome) = self.state().source.outcome() {
            return outcome;
        }
        let source = self.resolve(presented).await;
        let mut state = self.state();
        state.presented = true;
        state.source = source;
        state.source.outcome().unwrap_or(Ok(()))
    }

    /// Takes a session that was found otherwise than by its id: for background work. The id that it gets here reaches nothing.
    pub(crate) fn adopt(&self, key: Key, record: Arc<Record>) -> Result<(), NoEntropy> {
        let token = Token::random(&*self.engine.entropy, key.slot())?;
        self.state().source = Source::Live(Live { token, key, record, stale: false });
        Ok(())
    }

    /// What the request presents reaches no session, whatever the store holds.
    fn found_without_asking(&self, source: Source, presented: bool) -> Result<(), Unavailable> {
        let mut state = self.state();
        if let Some(outcome) = state.source.outcome() {
            return outcome;
        }
        state.presented = presented;
        state.source = source;
        Ok(())
    }

    /// Exactly one that reaches a live session is used. None: anonymous. Several: nobody can say whose request it is (T8).
    async fn resolve(&self, presented: Presented) -> Source {
        let now = self.engine.now();
        let (mut live, mut dead): (Vec<Live>, bool) = (Vec::new(), false);
        for value in presented {
            let look = match (&self.engine.place, value) {
                (Place::Server(store), Value::Id(token)) => self.find(&**store, token, now).await,
                (Place::Cookie(jar), Value::Sealed(text)) => {
                    // on the heap, so that the futures of other stores stay small
                    Box::pin(jar.look(&self.engine, &text, now)).await
                }
                (Place::Server(_), Value::Sealed(_)) | (Place::Cookie(_), Value::Id(_)) => Ok(Look::Nothing),
            };
            match look {
                Ok(Look::Live(session)) => live.push(session),
                Ok(Look::Dead) => dead = true,
                Ok(Look::Nothing) => {}
                Err(error) => {
                    event::unavailable(self.session(), &error);
                    return Source::Failed;
                }
            }
        }
        match (live.len(), live.pop()) {
            (1, Some(live)) => Source::Live(live),
            (0, _) if dead => Source::Dead,
            (0, _) => {
                event::unknown_id(self.session());
                Source::Absent
            }
            (_, last) => {
                event::ambiguous(self.session());
                Source::Unusable(live.into_iter().chain(last).map(|live| live.key).collect())
            }
        }
    }

    async fn find(&self, store: &dyn DynStore, token: Token, now: Timestamp) -> Result<Look, StoreError> {
        let key = token.key(&self.engine.purpose);
        Ok(match self.engine.ask(store.load(&key)).await? {
            Found::Record(record) if now < record.meta().deadline() => {
                Look::Live(Live { token, key, record, stale: false })
            }
            Found::Tombstone(until) if now < until => Look::Dead,
            Found::Record(_) | Found::Tombstone(_) | Found::Nothing => Look::Nothing,
        })
    }

    pub(super) fn first_value<S: SessionData>(&self, state: &mut State) -> Arc<S> {
        let Source::Live(live) = &state.source else { return self.engine.blank() };
        let Some(value) = self.remembered::<S>(&live.record) else {
            state.source = Source::Unusable(vec![live.key]);
            return self.engine.blank();
        };
        // a value may be remembered for longer than it lasts
        let value = lasting::as_of(value, &*self.engine.clock);
        // a message carries the mark that it was shown, which is this request's own
        if has_notice::<S>() { Arc::new(value.duplicate()) } else { value }
    }

    fn remembered<S: SessionData>(&self, record: &Record) -> Option<Arc<S>> {
        if !is_shareable::<S>() {
            return codec::decode(record, &self.engine.types.claims).map(Arc::new);
        }
        if let Some(value) = record.memo().get() {
            return Some(value);
        }
        let value = Arc::new(codec::decode(record, &self.engine.types.claims)?);
        let (bytes, budget) = (memo_bytes(size_of::<S>(), record), Arc::clone(&self.engine.memo));
        record.memo().set(&Decoded { value: Arc::clone(&value) as _, bytes, budget });
        Some(value)
    }
}

/// What a decoded value takes, roughly: itself, and what it points to.
pub(super) fn memo_bytes(size: usize, record: &Record) -> usize {
    size + 2 * record.fields().size()
}
