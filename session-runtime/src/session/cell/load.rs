//! From the ids that a request presents to the value that its handler gets.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::{OutOfReach, Source, State};
use super::{ABSENT, Cell, PRESENTED};
use crate::clock::Timestamp;
use crate::codec;
use crate::commit::apply::Live;
use crate::commit::renewal::reached;
use crate::cookie::read::{Candidates, Presented, Value};
use crate::data::{SessionData, has_notice, is_shareable};
use crate::engine::Place;
use crate::error::StoreError;
use crate::event;
use crate::record::{Decoded, Record};
use crate::session::lasting;
use crate::store::{DynStore, Found, Look};
use crate::token::{Key, Token};

impl Cell {
    /// Loads the session that the request presents, once.
    pub(crate) async fn open(&self, presented: Candidates) -> Result<(), OutOfReach> {
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
        let now = self.engine.now();
        let source = self.resolve(presented, now).await;
        let mut state = self.state();
        state.found = now;
        state.presented = true;
        state.source = source;
        state.source.outcome().unwrap_or(Ok(()))
    }

    /// The request came over plain http, and the session is for https only: what it presents is not even looked at.
    pub(crate) fn open_insecure(&self) {
        event::insecure(self.session());
        // nothing was asked that could be out of reach
        drop(self.found_without_asking(Source::Insecure, false));
    }

    /// What the request presents reaches no session, whatever the store holds.
    fn found_without_asking(&self, source: Source, presented: bool) -> Result<(), OutOfReach> {
        let mut state = self.state();
        if let Some(outcome) = state.source.outcome() {
            return outcome;
        }
        state.presented = presented;
        state.source = source;
        Ok(())
    }

    /// Exactly one that reaches a live session is used. None: anonymous. Several: nobody can say whose request it is (T8).
    async fn resolve(&self, presented: Presented, now: Timestamp) -> Source {
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
                Ok(Look::Live(session)) => add(&mut live, session),
                Ok(Look::Renewed(renewed)) => {
                    let (session, old) = *renewed;
                    self.state().presents(old);
                    add(&mut live, session);
                }
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
            Found::Tombstone { until, moved } if now < until => {
                // on the heap, so that the futures of those who are alive stay small
                Box::pin(self.find_renewed(store, &token, &key, moved, now)).await?
            }
            Found::Record(_) | Found::Tombstone { .. } | Found::Nothing => Look::Nothing,
        })
    }

    /// The session of a dead id: it may have been renewed so short a time ago that the old id reaches it (S24).
    async fn find_renewed(
        &self,
        store: &dyn DynStore,
        token: &Token,
        key: &Key,
        moved: Option<Key>,
        now: Timestamp,
    ) -> Result<Look, StoreError> {
        if let Some(to) = &moved
            && let Some(live) = reached(&self.engine, store, token, key, to, now).await?
        {
            return Ok(Look::Renewed(Box::new((live, token.clone()))));
        }
        event::replayed_id(self.session(), moved.is_some());
        Ok(Look::Dead)
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

/// An id and the one that it was renewed to are one session.
fn add(live: &mut Vec<Live>, session: Live) {
    match live.iter_mut().find(|known| known.key == session.key) {
        Some(known) if known.stale => *known = session,
        Some(_) => {}
        None => live.push(session),
    }
}

/// What a decoded value takes, roughly: itself, and what it points to.
pub(super) fn memo_bytes(size: usize, record: &Record) -> usize {
    size + 2 * record.fields().size()
}
