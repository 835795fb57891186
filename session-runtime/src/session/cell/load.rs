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
use crate::event::TARGET;
use crate::observe::{Happened, spans};
use crate::record::{Decoded, Record};
use crate::schema::Upgrade;
use crate::session::lasting;
use crate::store::{DynStore, Found, Look, Miss};
use crate::token::{Key, Token};
use tracing::Instrument as _;

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
                self.tell(Happened::Ambiguous);
                return self.found_without_asking(Source::Unusable(Vec::new()), true);
            }
            Candidates::Some(presented) => presented,
        };
        let _io = self.exclusive().await;
        if let Some(outcome) = self.state().source.outcome() {
            return outcome;
        }
        let source = if spans() {
            let session = self.engine.types.root;
            let span = tracing::debug_span!(target: TARGET, "session.load", session);
            // on the heap, so that the futures of those whom nobody watches stay small
            Box::pin(self.resolve(presented).instrument(span)).await
        } else {
            self.resolve(presented).await
        };
        let (source, upgrade) = self.migrated(source);
        let mut state = self.state();
        state.presented = true;
        state.source = source;
        state.upgrade = upgrade;
        state.source.outcome().unwrap_or(Ok(()))
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
        let reporter = &self.engine.reporter;
        let (mut live, mut dead): (Vec<Live>, bool) = (Vec::new(), false);
        // of several that reach nothing, one event says the worst
        let mut missed: Option<(Miss, Option<Key>)> = None;
        for value in presented {
            let look = match (&self.engine.place, value) {
                (Place::Server(store), Value::Id(token)) => self.find(&**store, token, now).await,
                (Place::Cookie(jar), Value::Sealed(text)) => {
                    // on the heap, so that the futures of other stores stay small
                    Box::pin(jar.look(&self.engine, &text, now)).await
                }
                (Place::Server(_), Value::Sealed(_)) | (Place::Cookie(_), Value::Id(_)) => {
                    Ok(Look::Nothing(Miss::Unknown, None))
                }
            };
            let miss = match look {
                Ok(Look::Live(session)) => {
                    live.push(session);
                    continue;
                }
                Ok(Look::Dead(key)) => {
                    dead = true;
                    (Miss::Replayed, Some(key))
                }
                Ok(Look::Nothing(miss, key)) => (miss, key),
                Err(error) => {
                    reporter.tell(None, Happened::Unavailable { error: &error });
                    return Source::Failed;
                }
            };
            if missed.as_ref().is_none_or(|(before, _)| *before <= miss.0) {
                missed = Some(miss);
            }
        }
        match (live.len(), live.pop()) {
            (1, Some(live)) => Source::Live(live),
            (0, _) => {
                if let Some((miss, key)) = missed {
                    reporter.tell(key.as_ref(), miss.happened());
                }
                if dead { Source::Dead } else { Source::Absent }
            }
            (_, last) => {
                reporter.tell(None, Happened::Ambiguous);
                Source::Unusable(live.into_iter().chain(last).map(|live| live.key).collect())
            }
        }
    }

    /// A session of an earlier version, as this one reads it.
    fn migrated(&self, mut source: Source) -> (Source, Option<Arc<Upgrade>>) {
        let Source::Live(live) = &mut source else { return (source, None) };
        let reporter = &self.engine.reporter;
        match self.engine.types.schema.upgrade(&live.record) {
            Ok(upgrade) => {
                reporter.tell(Some(&live.key), Happened::Loaded { bytes: live.record.fields().size() });
                if let Some(upgrade) = &upgrade {
                    let (from, to) = (live.record.meta().schema, self.engine.types.schema.version());
                    reporter.tell(Some(&live.key), Happened::Migrated { from, to });
                    live.record = Arc::clone(&upgrade.record);
                }
                (source, upgrade)
            }
            Err(error) => {
                reporter.tell(Some(&live.key), Happened::Unmigratable { error: &error });
                (Source::Unusable(vec![live.key]), None)
            }
        }
    }

    async fn find(&self, store: &dyn DynStore, token: Token, now: Timestamp) -> Result<Look, StoreError> {
        let key = token.key(&self.engine.purpose);
        Ok(match self.engine.ask(store.load(&key)).await? {
            Found::Record(record) => match Miss::over(record.meta(), now) {
                None => Look::Live(Live { token, key, record, stale: false }),
                Some(miss) => Look::Nothing(miss, Some(key)),
            },
            Found::Tombstone(until) if now < until => Look::Dead(key),
            Found::Tombstone(_) => Look::Nothing(Miss::Replayed, Some(key)),
            Found::Nothing => Look::Nothing(Miss::Unknown, Some(key)),
        })
    }

    pub(super) fn first_value<S: SessionData>(&self, state: &mut State) -> Arc<S> {
        let Source::Live(live) = &state.source else { return self.engine.blank() };
        let Some(value) = self.remembered::<S>(live) else {
            state.source = Source::Unusable(vec![live.key]);
            return self.engine.blank();
        };
        // a value may be remembered for longer than it lasts
        let value = lasting::as_of(value, &*self.engine.clock);
        // a message carries the mark that it was shown, which is this request's own
        if has_notice::<S>() { Arc::new(value.duplicate()) } else { value }
    }

    fn remembered<S: SessionData>(&self, Live { key, record, .. }: &Live) -> Option<Arc<S>> {
        if !is_shareable::<S>() {
            return codec::decode(record, key, &self.engine).map(Arc::new);
        }
        if let Some(value) = record.memo().get() {
            return Some(value);
        }
        let value = Arc::new(codec::decode(record, key, &self.engine)?);
        let (bytes, budget) = (memo_bytes(size_of::<S>(), record), Arc::clone(&self.engine.memo));
        record.memo().set(&Decoded { value: Arc::clone(&value) as _, bytes, budget });
        Some(value)
    }
}

/// What a decoded value takes, roughly: itself, and what it points to.
pub(super) fn memo_bytes(size: usize, record: &Record) -> usize {
    size + 2 * record.fields().size()
}
