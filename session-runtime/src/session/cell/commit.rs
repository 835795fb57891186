//! From what a request changed to what is stored, and what its response must carry.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::load::memo_bytes;
use super::reindex::wait_for_index;
use super::state::{Pending, Source, State};
use super::told::About;
use super::{CLOSED, Cell};
use crate::changes::Changes;
use crate::commit::apply::{After, Done, Turn, Work, apply, sent};
use crate::commit::plan::{CookiePlan, Ending, Facts, Intents, Op, Plan, Standing, Summary, Wipe, plan};
use crate::commit::renewal::reached;
use crate::engine::{Engine, Place};
use crate::error::{Error, Kind};
use crate::event::TARGET;
use crate::observe::{Happened, spans};
use crate::record::Decoded;
use crate::schema::Upgrade;
use crate::session::slot::AnySlot;
use crate::store::Found;
use tracing::Instrument as _;

/// What the layer does to the response.
pub(crate) struct Closing {
    pub(crate) cookie: Option<String>,
    pub(crate) error: Option<Error>,
    /// The response is nobody else's.
    pub(crate) private: bool,
}

impl Cell {
    /// Commits what this request changed so far, and tells what became of it.
    pub(crate) async fn commit(&self, ending: Ending, turn: Turn) -> Result<(), Error> {
        let done = if spans() {
            let session = self.engine.types.root;
            let span = tracing::debug_span!(target: TARGET, "session.commit", session);
            // on the heap, so that the futures of those whom nobody watches stay small
            Box::pin(self.carry_out(ending, turn).instrument(span)).await
        } else {
            self.carry_out(ending, turn).await
        };
        match &done {
            Err(error) if error.is_gone() => self.tell(Happened::Gone),
            Err(error) if error.is_conflict() => self.tell(Happened::Conflict),
            Ok(()) | Err(_) => {}
        }
        done
    }

    /// [`commit`](Self::commit), of which only success is told.
    async fn carry_out(&self, ending: Ending, turn: Turn) -> Result<(), Error> {
        let _io = self.exclusive().await;
        if ending == Ending::Drop && self.drops_unproved() {
            return Ok(());
        }
        self.check_proved()?;
        let told = |error| self.told(error);
        self.find_out().await.map_err(told)?;
        let Some(mut work) = self.prepare(ending, turn).map_err(told)? else { return Ok(()) };
        // what is known by `work` is not held beside it, so that this future is small
        let intents = work.intents;
        if work.plan.op == Op::Delete {
            Box::pin(self.check_reach(&work)).await.map_err(told)?;
        }
        let note = |changes: Option<Arc<Changes>>| {
            self.state().pending = changes.map(|changes| Pending { changes, intents });
        };
        let about = About::of(&work);
        let done = apply(&self.engine, &mut work, &note).await.map_err(told)?;
        about.tell(&done.standing, &work, &self.engine);
        let op = work.plan.op;
        if op != Op::Nothing || done.cookie.is_some() || intents.destroy {
            self.settle(done, work.upgrade.take(), op, intents, turn);
        }
        Ok(())
    }

    /// The error as the request is told it: with the application's statuses, and with the reason that it can do something
    /// about.
    pub(crate) fn told(&self, error: Error) -> Error {
        let insecure =
            (error.is_gone() || error.is_conflict()) && matches!(self.state().source, Source::Insecure);
        let error = if insecure { Error::new(Kind::Insecure) } else { error };
        error.answered_with(self.engine.edge.statuses)
    }

    /// A write whose answer never came, by a cancelled `save` or a timeout, may have been done. The operation's id in the
    /// record tells; it must not be done twice.
    async fn find_out(&self) -> Result<(), Error> {
        // a session in its cookie is written nowhere else
        let Place::Server(store) = &self.engine.place else { return Ok(()) };
        let (token, key) = match &*self.state() {
            State { pending: Some(_), source: Source::Live(live), .. } => (live.token.clone(), live.key),
            _ => return Ok(()),
        };
        let (record, moved) = match self.engine.ask(store.load(&key)).await? {
            Found::Record(record) => (Some(record), None),
            // by a renewal of this request, or of another one that came after the write
            Found::Tombstone { moved: Some(to), .. } => {
                let now = self.engine.now();
                let moved = Box::pin(reached(&self.engine, &**store, &token, &key, &to, now)).await?;
                (moved.as_ref().map(|moved| Arc::clone(&moved.record)), moved)
            }
            Found::Tombstone { moved: None, .. } | Found::Nothing => (None, None),
        };
        let mut state = self.state();
        let State { pending, upgrade, source: Source::Live(live), .. } = &mut *state else { return Ok(()) };
        let Some(Pending { changes, intents }) = pending.take() else { return Ok(()) };
        match record {
            Some(record) if record.meta().last_op == changes.op => {
                live.record = sent(&changes, Arc::clone(&live.record));
                *upgrade = None;
                if let Some(moved) = moved {
                    *live = moved.knowing(&live.record);
                }
                state.settle(intents, Wipe::Nothing);
            }
            Some(record) if record.meta().last_op != live.record.meta().last_op => {
                // others wrote since: whether this one was among them cannot be known, so it is refused
                *pending = Some(Pending { changes, intents });
                return Err(Error::new(Kind::Conflict));
            }
            // it was not done, or there is nothing left that it could have been done to
            Some(_) | None => {}
        }
        Ok(())
    }

    fn prepare(&self, ending: Ending, turn: Turn) -> Result<Option<Box<Work>>, Error> {
        let mut state = self.state();
        let Some(standing) = state.source.standing() else { return Ok(None) };
        let (mut live, unusable) = match &state.source {
            Source::Live(live) => (Some(live.clone()), Vec::new()),
            Source::Unusable(keys) => (None, keys.clone()),
            _ => (None, Vec::new()),
        };
        let mut diff = state.diff(&self.engine);
        if ending == Ending::Commit
            && let Some(error) = diff.error.take()
        {
            return Err(error);
        }
        let facts = self.facts(&state, standing, diff.summary, ending);
        let mut plan = plan(&facts);
        if turn == Turn::Last
            && let Op::Update { .. } | Op::Rotate { .. } | Op::Renew(_) = plan.op
            && state.more_slots.is_empty()
            && let (Some(live), Some((_, slot))) = (&live, &mut state.slot)
            && let Some(value) = slot.decoded(&diff)
        {
            let (bytes, budget) =
                (memo_bytes(size_of_val(&*value), &live.record), Arc::clone(&self.engine.memo));
            diff.decoded = Some(Decoded { value, bytes, budget });
        }
        if state.closed && self.engine.place.jar().is_some() {
            too_late_for_a_cookie(&mut plan, &self.engine)?;
        }
        if state.closed && plan.cookie == CookiePlan::Set {
            if let Op::Create(_) | Op::Rotate { .. } | Op::Renew(_) = plan.op {
                return Err(Error::new(Kind::TooLate));
            }
            // the browser's copy expires a little early: no reason to refuse the change
            plan.cookie = CookiePlan::Leave;
        }
        if self.is_misplaced(&state) {
            wait_for_index(&mut plan, diff.summary)?;
        }
        let upgrade = state.upgrade.clone();
        if let (Some(live), Some(upgrade)) = (&mut live, &upgrade)
            && !plan.op.writes_fields()
        {
            // a migration is written by who writes
            live.record = Arc::clone(&upgrade.loaded);
        }
        Ok(Some(Box::new(Work {
            plan,
            intents: facts.intents,
            diff,
            live,
            upgrade,
            renewed: false,
            unusable,
            turn,
            now: facts.now,
            next: state.promised(),
        })))
    }

    fn settle(&self, done: Done, upgrade: Option<Arc<Upgrade>>, op: Op, intents: Intents, turn: Turn) {
        let mut state = self.state();
        let (mut outdated, mut dropped) = (false, None);
        let impersonated = state.source.key().copied().filter(|_| self.is_impersonated(&state));
        match done.standing {
            After::Unchanged => {}
            After::Live(live) => {
                outdated = state.keep_promise(&live, &self.engine.purpose);
                state.go_on(live, upgrade);
            }
            After::Ended => {
                // an earlier save of this request made it for the id that is dead now
                let made = state.cookie.take().is_some() && op != Op::Delete;
                dropped = state.source.key().copied().filter(|_| made);
                state.was_private |= state.is_private();
                state.source = Source::Ended;
            }
        }
        let unmasked = impersonated.filter(|_| !self.is_impersonated(&state));
        if done.cookie.is_some() {
            state.cookie = done.cookie;
        }
        if turn == Turn::Further {
            let wipe = if let Op::Rotate { wipe, .. } = op { wipe } else { Wipe::Nothing };
            if intents.destroy {
                state.slots_mut().for_each(|slot| slot.end(&self.engine.types.claims));
            }
            state.settle(intents, wipe);
        } else {
            state.intents = state.intents.without(intents);
        }
        drop(state);
        if unmasked.is_some() {
            self.engine.reporter.tell(unmasked.as_ref(), Happened::ImpersonationEnded { returned: false });
        }
        if outdated {
            self.tell(Happened::CsrfOutdated);
        }
        if dropped.is_some() {
            self.engine.reporter.tell(dropped.as_ref(), Happened::CookieDropped);
        }
    }

    /// The `Set-Cookie` value of what was committed so far.
    pub(crate) fn take_cookie(&self) -> Option<String> {
        self.state().cookie.take()
    }

    /// What this request changed and did not commit yet.
    pub(crate) fn summary(&self) -> Summary {
        self.state().diff(&self.engine).summary
    }

    /// [`close`](Self::close) for a request that leaves nothing to be done, which is most of those that only read.
    pub(crate) fn close_idle(&self) -> Option<Closing> {
        if self.inner.get().is_none() {
            self.found.fetch_or(CLOSED, Ordering::AcqRel);
            return Some(Closing { cookie: None, error: None, private: false });
        }
        let mut state = self.state();
        // a cookie of an earlier save is still to be sent, and what it was made for may have ended since
        if state.cookie.is_some() || state.is_unproved() || state.slots().any(AnySlot::needs_commit) {
            return None;
        }
        if matches!(state.source, Source::Live(_))
            || state.slot.is_some()
            || state.intents != Intents::default()
        {
            // somebody may be committing at this moment: then this waits its turn
            let _io = self.inner().io.try_lock().ok()?;
            let standing = state.source.standing()?;
            let facts = self.facts(&state, standing, Summary::default(), Ending::Commit);
            if plan(&facts) != Plan::NOTHING {
                return None;
            }
        }
        state.closed = true;
        Some(Closing { cookie: None, error: None, private: state.is_private() })
    }

    fn facts(&self, state: &State, standing: Standing, summary: Summary, ending: Ending) -> Facts {
        let State { presented, mut intents, .. } = *state;
        let mut lifetimes = self.engine.lifetimes;
        if state.closed {
            // there is no response left that could carry a new id
            lifetimes.renew = None;
        }
        if self.is_misplaced(state) {
            // nothing can be stored: renewing can wait
            lifetimes.renew = None;
            intents.renew = false;
        }
        Facts {
            standing,
            presented,
            intents,
            summary,
            ending,
            lifetimes,
            activity: !state.background,
            impersonated: self.is_impersonated(state),
            now: self.engine.now(),
        }
    }

    /// The response's status is known: commits, and says what the response must carry. `turn` says whether a handle
    /// outlives the response.
    pub(crate) async fn close(&self, status: u16, turn: Turn) -> Closing {
        let (ending, saved, private) = {
            let state = self.state();
            if state.is_unproved() {
                drop(state);
                return self.close_unproved(status);
            }
            let drops = status >= 500 || state.abandoned;
            let ending = if drops { Ending::Drop } else { Ending::Commit };
            (ending, state.cookie.is_some(), state.is_private())
        };
        let mut error = self.commit(ending, turn).await.err();
        if let Some(error) = &error {
            self.tell(Happened::Refused { error });
            if ending == Ending::Commit && !error.is_unavailable() && !error.is_gone() {
                // what the client is told has failed must not leave a privilege behind that the handler gave up
                drop(self.carry_out(Ending::Drop, turn).await);
            }
        }
        if ending == Ending::Drop && error.as_ref().is_some_and(|error| !error.is_unavailable()) {
            error = None;
        }
        // who is saving at this moment is waited for: the cookie of that goes with this response
        let _io = self.exclusive().await;
        if saved {
            self.confirm_cookie(error.as_ref()).await;
        }
        let mut state = self.state();
        if ending == Ending::Drop || error.is_some() {
            // a handle that outlives the response must not store what the response dropped
            state.slots_mut().for_each(|slot| slot.revert());
            state.intents = Intents::default();
        }
        state.closed = true;
        Closing { cookie: state.cookie.take(), error, private: private || state.is_private() }
    }

    /// The response is there, and nobody asked for the session before.
    #[inline]
    pub(crate) fn close_untouched(&self) {
        self.found.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// The request is no activity of the session's owner.
    pub(crate) fn in_background(&self) {
        // where nothing was loaded, there is no activity to record
        if self.inner.get().is_some() {
            self.state().background = true;
        }
    }

    /// The request's future is gone. Says whether something must be carried out all the same.
    pub(crate) fn must_outlive_request(&self) -> bool {
        let state = self.state();
        state.intents.destroy || state.intents.rotate || state.slots().any(AnySlot::is_changed)
    }
}

/// What a session that lives in its cookie can still do when no cookie can be sent: end, if a list says so.
fn too_late_for_a_cookie(plan: &mut Plan, engine: &Engine) -> Result<(), Error> {
    match plan.op {
        Op::Nothing | Op::Refuse => {}
        // the session may end a little earlier, which is no reason to fail
        Op::Touch => *plan = Plan::NOTHING,
        Op::Delete if engine.place.jar().is_some_and(|jar| jar.ended().is_some()) => {}
        Op::Create(_) | Op::Update { .. } | Op::Rotate { .. } | Op::Renew(_) | Op::Delete => {
            return Err(Error::new(Kind::TooLate));
        }
    }
    Ok(())
}
