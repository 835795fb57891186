//! The session of one request, as all its extractors, its handler and its layer share it.

mod commit;
mod csrf;
mod ended;
mod load;
mod reindex;
mod state;
mod switch;
mod told;

pub(crate) use commit::Closing;

use std::any::TypeId;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::slot::{AnySlot, Slot};
use crate::commit::apply::Live;
use crate::commit::plan::Intents;
use crate::data::SessionData;
use crate::engine::Engine;
use crate::observe::Happened;
use crate::record::Record;
use crate::schema::Upgrade;
use crate::token::Token;
use state::{Source, State};

/// The session of one request. Empty until something asks for it: making one does no I/O and costs next to nothing.
pub(crate) struct Cell {
    pub(crate) engine: Arc<Engine>,
    /// What is known before there is an `inner`, and is all that most requests of anonymous visitors need.
    found: AtomicU8,
    inner: OnceLock<Box<Inner>>,
}

/// Bits of [`Cell::found`]: something asked for the session, and there is none.
const ABSENT: u8 = 1;
/// The request carried our cookie all the same.
const PRESENTED: u8 = 2;
/// The response is committed.
const CLOSED: u8 = 4;

/// What a request has from the moment on when something asks for its session.
#[derive(Default)]
struct Inner {
    /// Held over every store call: one load, and one commit at a time.
    io: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Signalled when nobody is changing the value in place any more.
    updated: Condvar,
}

impl Cell {
    #[inline]
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self { engine, found: AtomicU8::new(0), inner: OnceLock::new() }
    }

    fn inner(&self) -> &Inner {
        self.inner.get_or_init(|| {
            let found = self.found.load(Ordering::Acquire);
            let source = if found & ABSENT == 0 { Source::Untouched } else { Source::Absent };
            let (presented, closed) = (found & PRESENTED != 0, found & CLOSED != 0);
            let state = State { source, presented, closed, ..State::default() };
            Box::new(Inner { state: Mutex::new(state), ..Inner::default() })
        })
    }

    /// A panic while the lock was held cannot leave the state half changed: each change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.inner().state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what happened to this session. The state must not be locked.
    pub(crate) fn tell(&self, what: Happened<'_>) {
        let key = if self.inner.get().is_some() { self.state().source.key().copied() } else { None };
        self.engine.reporter.tell(key.as_ref(), what);
    }

    /// Whether anything asked for the session.
    #[inline]
    pub(crate) fn is_touched(&self) -> bool {
        self.found.load(Ordering::Acquire) & ABSENT != 0 || self.inner.get().is_some()
    }

    /// Runs `work` on the value of type `S`, decoding it first if this request has not yet.
    pub(crate) fn with<S: SessionData, T>(&self, work: impl FnOnce(&mut Slot<S>) -> T) -> T {
        self.with_state(&mut self.state(), work)
    }

    /// [`with`](Self::with), for work that changes the value.
    pub(crate) fn change<S: SessionData, T>(&self, work: impl FnOnce(&mut Slot<S>) -> T) -> T {
        let mut state = self.state();
        state.late = state.closed;
        self.with_state(&mut state, work)
    }

    fn with_state<S: SessionData, T>(&self, state: &mut State, work: impl FnOnce(&mut Slot<S>) -> T) -> T {
        let id = TypeId::of::<S>();
        if state.find(id).is_none() {
            let value = self.first_value::<S>(state);
            let slot: (_, Box<dyn AnySlot>) = (id, Box::new(Slot::new(value)));
            if let Some(second) = state.slot.replace(slot) {
                state.more_slots.push(second);
            }
        }
        match state.find(id).and_then(|slot| slot.as_any().downcast_mut()) {
            Some(slot) => work(slot),
            // cannot be: the slot was found by its type. A value that nobody stores is the answer that needs no panic
            None => work(&mut Slot::new(Arc::default())),
        }
    }

    /// Whether there is a session, or will be when this request's changes are committed.
    pub(crate) fn exists(&self) -> bool {
        self.state().exists()
    }

    /// The value, and whether there is a session.
    pub(crate) fn view<S: SessionData>(&self) -> (bool, Arc<S>) {
        if self.inner.get().is_none() {
            // nothing was loaded and nothing changed: there is nothing to keep track of
            return (false, self.engine.blank());
        }
        let mut state = self.state();
        let value = self.with_state(&mut state, |slot: &mut Slot<S>| Arc::clone(&slot.current));
        (state.exists(), value)
    }

    /// Whether the session's owner proved less than `within` ago who they are (S19), and this request has not changed the
    /// owner or ended the session since. Whom somebody else acts as has proved nothing. An authentication counts when it is committed. One that lies in the future does
    /// not: a clock was wrong, and nobody knows which.
    pub(crate) fn is_fresh(&self, within: Duration) -> bool {
        if self.inner.get().is_none() {
            return false;
        }
        let state = self.state();
        let Source::Live(live) = &state.source else { return false };
        let Some(authenticated) = live.record.meta().authenticated else { return false };
        let now = self.engine.now();
        authenticated <= now
            && now < authenticated.after(within)
            && !state.intents.destroy
            && !self.engine.is_impersonated(&live.record)
            && !state.slots().any(AnySlot::has_another_owner)
    }

    /// Whether this request has asked for the session's end.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.inner.get().is_some() && self.state().intents.destroy
    }

    pub(crate) fn intend(&self, intent: impl FnOnce(&mut Intents)) {
        let mut state = self.state();
        state.late = state.closed;
        intent(&mut state.intents);
    }

    /// A handler, or a `brief` call of `update`, begins to work on a copy of the value.
    pub(crate) fn begin<S: SessionData>(&self, brief: bool) -> (u64, S) {
        let mut state = self.state();
        state.editors += 1;
        let editor = state.editors;
        (editor, self.with_state(&mut state, |slot: &mut Slot<S>| slot.begin(editor, brief)))
    }

    /// A handler ended without returning: its changes, and what was changed through the handle meanwhile, are dropped.
    pub(crate) fn abandon(&self, editor: u64) {
        self.state().abandoned = true;
        self.forget(editor);
    }

    /// Forgets a copy that is not to be taken in.
    pub(crate) fn forget(&self, editor: u64) {
        self.state().slots_mut().for_each(|slot| slot.forget(editor));
    }

    /// Whether a `&mut T` handler has a copy that nobody has seen since the last save.
    pub(crate) fn has_unstaged(&self) -> bool {
        self.state().slots().any(AnySlot::has_unstaged)
    }

    /// Takes a turn at changing the value in place. A thread that has it may take it again.
    pub(crate) fn turn<S: SessionData>(&self) -> (UpdateTurn<'_>, S) {
        let me = std::thread::current().id();
        let mut state = self.state();
        while state.updating.is_some_and(|(thread, _)| thread != me) {
            state = self.inner().updated.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let depth = state.updating.map_or(0, |(_, depth)| depth);
        state.updating = Some((me, depth + 1));
        drop(state);
        let (editor, value) = self.begin(true);
        (UpdateTurn { cell: self, editor }, value)
    }

    /// The id of the live session.
    pub(crate) fn token(&self) -> Option<Token> {
        match &self.state().source {
            Source::Live(live) => Some(live.token.clone()),
            _ => None,
        }
    }

    /// The live session, for work on its record.
    pub(crate) fn live(&self) -> Option<Live> {
        match &self.state().source {
            Source::Live(live) => Some(live.clone()),
            _ => None,
        }
    }

    /// Goes on with the session under the id that it was renewed to.
    pub(crate) fn follow(&self, moved: Live) {
        if let Source::Live(live) = &mut self.state().source {
            *live = moved;
        }
    }

    /// What the record was migrated from, if it was.
    pub(crate) fn upgrade(&self) -> Option<Arc<Upgrade>> {
        self.state().upgrade.clone()
    }

    /// Replaces what this request knows of the record, which it wrote.
    pub(crate) fn rebase(&self, record: Arc<Record>) {
        let mut state = self.state();
        if let Source::Live(live) = &mut state.source {
            live.record = record;
            state.upgrade = None;
        }
    }

    /// Keeps others from loading and committing while a multi-step operation runs.
    pub(crate) async fn exclusive(&self) -> tokio::sync::MutexGuard<'_, ()> {
        // nobody else wants it but in the rarest request, and waiting in line costs more than asking
        match self.inner().io.try_lock() {
            Ok(guard) => guard,
            Err(_) => self.inner().io.lock().await,
        }
    }
}

/// One call of [`Session::update`](crate::Session::update) at a time: two threads lose nothing of each other's.
pub(crate) struct UpdateTurn<'a> {
    cell: &'a Cell,
    pub(crate) editor: u64,
}

impl Drop for UpdateTurn<'_> {
    /// Also after a panic in the closure: then its copy is forgotten.
    fn drop(&mut self) {
        self.cell.forget(self.editor);
        let mut state = self.cell.state();
        state.updating =
            state.updating.and_then(|(thread, depth)| (depth > 1).then_some((thread, depth - 1)));
        if state.updating.is_none() {
            self.cell.inner().updated.notify_one();
        }
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        let Some(inner) = self.inner.get_mut() else { return };
        let state = inner.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.late {
            self.engine.reporter.tell(state.source.key(), Happened::LostChange);
        }
    }
}
