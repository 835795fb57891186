//! A request's session becomes that of an impersonated user, or its administrator's again.

use super::Cell;
use super::state::{Source, State};
use crate::commit::apply::{After, Done, Turn, Work};
use crate::commit::diff::Diff;
use crate::commit::plan::{Intents, Plan};
use crate::commit::switch::{To, switch};
use crate::error::{Error, Kind};
use crate::impersonation::CannotImpersonate;
use crate::observe::Happened;
use crate::token::Key;

impl Cell {
    /// Stores it now. What this request changed before must have been committed.
    pub(crate) async fn switch(&self, to: To<'_>) -> Result<(), Error> {
        let _io = self.exclusive().await;
        self.check_proved()?;
        let (mut work, activity) = self.work_of_switch(to).map_err(|error| self.told(error))?;
        let old = work.live.as_ref().map(|live| live.key);
        let done = switch(&self.engine, &mut work, to, activity).await.map_err(|error| self.told(error))?;
        let (reporter, old) = (&self.engine.reporter, old.as_ref());
        let Some((new, outdated)) = self.go_on_as(done) else {
            reporter.tell(old, Happened::Destroyed);
            reporter.tell(old, Happened::ImpersonationEnded { returned: false });
            return Ok(());
        };
        reporter.tell_of(
            old,
            Some(&new),
            match to {
                To::User(_) => Happened::ImpersonationBegun,
                To::Administrator => Happened::ImpersonationEnded { returned: true },
            },
        );
        if outdated {
            self.tell(Happened::CsrfOutdated);
        }
        Ok(())
    }

    /// The request goes on with what the switch left: its key, and whether the response has a token of the id before. `None`
    /// if the session has ended.
    fn go_on_as(&self, done: Done) -> Option<(Key, bool)> {
        let mut state = self.state();
        let state = &mut *state;
        state.cookie = done.cookie;
        state.upgrade = None;
        let After::Live(live) = done.standing else {
            state.was_private |= state.is_private();
            state.source = Source::Ended;
            state.slots_mut().for_each(|slot| slot.end(&self.engine.types.claims));
            return None;
        };
        let (key, outdated) = (live.key, state.keep_promise(&live, &self.engine.purpose));
        let mut is_readable = true;
        for slot in state.slots_mut() {
            is_readable &= slot.replace(&live, &self.engine);
        }
        state.source = if is_readable { Source::Live(live) } else { Source::Unusable(vec![key]) };
        Some((key, outdated))
    }

    fn work_of_switch(&self, to: To<'_>) -> Result<(Work, bool), Error> {
        let state = self.state();
        let live = match &state.source {
            Source::Live(live) => live.clone(),
            Source::Absent => {
                return Err(Error::new(Kind::Impersonation(match to {
                    To::User(_) => CannotImpersonate::NotLoggedIn,
                    To::Administrator => CannotImpersonate::NotImpersonating,
                })));
            }
            Source::Untouched | Source::Failed => return Err(Error::new(Kind::Unavailable)),
            Source::Dead | Source::Ended | Source::Unusable(_) | Source::Insecure => {
                return Err(Error::new(Kind::Gone));
            }
        };
        if state.closed {
            return Err(Error::new(Kind::TooLate));
        }
        let now = self.engine.now();
        if now >= live.record.meta().expires {
            return Err(Error::new(Kind::Gone));
        }
        let work = Work {
            plan: Plan::NOTHING,
            intents: Intents::default(),
            diff: Diff::default(),
            live: Some(live),
            upgrade: None,
            renewed: false,
            unusable: Vec::new(),
            turn: Turn::Further,
            now,
            next: state.promised(),
        };
        Ok((work, !state.background))
    }

    /// Whether the session that the request has is an impersonation.
    pub(super) fn is_impersonated(&self, state: &State) -> bool {
        matches!(&state.source, Source::Live(live) if self.engine.is_impersonated(&live.record))
    }
}
