//! From the ids that a request presents to the value that its handler gets.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::{OutOfReach, Source, State};
use super::{ABSENT, Cell, PRESENTED};
use crate::clock::Timestamp;
use crate::codec;
use crate::commit::apply::Live;
use crate::commit::reindex;
use crate::commit::renewal::reached;
use crate::cookie::read::{Candidates, Presented, Value};
use crate::data::{SessionData, has_notice, is_shareable};
use crate::engine::Place;
use crate::error::StoreError;
use crate::event::TARGET;
use crate::observe::{Happened, spans};
use crate::record::{Decoded, Record};
use crate::schema::Upgrade;
use crate::session::lasting;
use crate::store::{DynStore, Found, Look, Miss, Stray};
use crate::token::{Key, NoEntropy, Token};
use tracing::Instrument as _;

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
                return self.found_unusable(Source::Unusable(Vec::new()), true, Happened::Ambiguous);
            }
            Candidates::Some(presented) => presented,
        };
        let _io = self.exclusive().await;
        if let Some(outcome) = self.state().source.outcome() {
            return outcome;
        }
        let now = self.engine.now();
        let source = if spans() {
            let session = self.engine.types.root;
            let span = tracing::debug_span!(target: TARGET, "session.load", session);
            // on the heap, so that the futures of those whom nobody watches stay small
            Box::pin(self.resolve(presented, now).instrument(span)).await
        } else {
            self.resolve(presented, now).await
        };
        let (source, upgrade) = match self.migrated(source) {
            (Source::Live(live), Some(upgrade)) if reindex::is_due(&self.engine, &upgrade) => {
                Box::pin(self.reindexed(live, upgrade, now)).await
            }
            found => found,
        };
        let mut state = self.state();
        state.found = now;
        state.presented = true;
        state.source = source;
        state.upgrade = upgrade;
        state.source.outcome().unwrap_or(Ok(()))
    }

    /// The request came over plain http, and the session is for https only: what it presents is not even looked at.
    pub(crate) fn open_insecure(&self) {
        // nothing was asked that could be out of reach
        drop(self.found_unusable(Source::Insecure, false, Happened::Insecure));
    }

    /// [`found_without_asking`](Self::found_without_asking), which is told once.
    fn found_unusable(&self, source: Source, presented: bool, why: Happened<'_>) -> Result<(), OutOfReach> {
        if self.state().source.outcome().is_none() {
            self.engine.reporter.tell(None, why);
        }
        self.found_without_asking(source, presented)
    }

    /// Takes a session that was found otherwise than by its id: for background work. The id that it gets here reaches nothing.
    /// What changed is changed as from `loaded` on, if that was its record before it got another id.
    pub(crate) fn adopt(
        &self,
        key: Key,
        record: Arc<Record>,
        loaded: Option<&Record>,
    ) -> Result<(), NoEntropy> {
        let token = Token::random(&*self.engine.entropy, key.slot())?;
        let live = Live { token, key, record, stale: false };
        if let Some(loaded) = loaded {
            let mut state = self.state();
            let upgrade = state.upgrade.take();
            state.go_on(live.knowing(loaded), upgrade);
            return Ok(());
        }
        let (source, upgrade) = self.migrated(Source::Live(live));
        let mut state = self.state();
        (state.source, state.upgrade) = (source, upgrade);
        Ok(())
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
    pub(super) async fn resolve(&self, presented: Presented, now: Timestamp) -> Source {
        let reporter = &self.engine.reporter;
        let (mut live, mut dead): (Vec<Live>, bool) = (Vec::new(), false);
        // of several that reach nothing, one event says the worst
        let mut missed: Option<(Miss, Option<Box<Stray>>)> = None;
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
                    add(&mut live, session);
                    continue;
                }
                Ok(Look::Dead { stray, rotated }) => {
                    dead = true;
                    (Miss::Replayed { rotated }, Some(stray))
                }
                Ok(Look::Nothing(miss, stray)) => (miss, stray),
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
                if let Some((miss, stray)) = missed {
                    reporter.tell(stray.as_ref().map(|stray| &stray.key), miss.happened());
                    if let Some(stray) = stray {
                        self.state().came_by(stray.token);
                    }
                }
                if dead { Source::Dead } else { Source::Absent }
            }
            (_, last) => {
                reporter.tell(None, Happened::Ambiguous);
                if let Some(first) = live.first() {
                    self.state().came_by(first.token.clone());
                }
                Source::Unusable(live.into_iter().chain(last).map(|live| live.key).collect())
            }
        }
    }

    /// A session of an earlier version, as this one reads it.
    pub(super) fn migrated(&self, mut source: Source) -> (Source, Option<Arc<Upgrade>>) {
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
                self.state().came_by(live.token.clone());
                (Source::Unusable(vec![live.key]), None)
            }
        }
    }

    async fn find(&self, store: &dyn DynStore, token: Token, now: Timestamp) -> Result<Look, StoreError> {
        let key = token.key(&self.engine.purpose);
        Ok(match self.engine.ask(store.load(&key)).await? {
            Found::Record(record) => match Miss::over(record.meta(), now) {
                None => Look::Live(Live { token, key, record, stale: false }),
                Some(miss) => Look::Nothing(miss, Some(Box::new(Stray { token, key }))),
            },
            Found::Tombstone { until, moved } if now < until => {
                // on the heap, so that the futures of those who are alive stay small
                Box::pin(self.find_renewed(store, &token, key, moved, now)).await?
            }
            Found::Tombstone { moved, .. } => Look::Nothing(
                Miss::Replayed { rotated: moved.is_some() },
                Some(Box::new(Stray { token, key })),
            ),
            Found::Nothing => Look::Nothing(Miss::Unknown, Some(Box::new(Stray { token, key }))),
        })
    }

    /// The session of a dead id: it may have been renewed so short a time ago that the old id reaches it (S24).
    async fn find_renewed(
        &self,
        store: &dyn DynStore,
        token: &Token,
        key: Key,
        moved: Option<Key>,
        now: Timestamp,
    ) -> Result<Look, StoreError> {
        if let Some(to) = &moved
            && let Some(live) = reached(&self.engine, store, token, &key, to, now).await?
        {
            return Ok(Look::Live(live));
        }
        Ok(Look::Dead { stray: Box::new(Stray { token: token.clone(), key }), rotated: moved.is_some() })
    }

    pub(super) fn first_value<S: SessionData>(&self, state: &mut State) -> Arc<S> {
        let Source::Live(live) = &state.source else { return self.engine.blank() };
        let Some(value) = self.remembered::<S>(live) else {
            let (key, token) = (live.key, live.token.clone());
            state.came_by(token);
            state.source = Source::Unusable(vec![key]);
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
