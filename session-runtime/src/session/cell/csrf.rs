//! CSRF tokens of one request: what it must prove, and what its response hands out (S28).

use super::state::{Source, State};
use super::{Cell, Closing};
use crate::commit::apply::{Live, new_id};
use crate::commit::plan::Intents;
use crate::edge::CsrfToken;
use crate::edge::csrf::{Demand, shows};
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::session::slot::AnySlot;
use crate::token::{Purpose, Slot, Token};

/// What only requests have that carry a token, need one, or hand one out.
#[derive(Default)]
pub(super) struct Csrf {
    /// A handler let the request in, and it has yet to prove itself.
    demanded: bool,
    proved: bool,
    /// The id that the request came by, if it reaches nothing (any more), or nothing that the request may use.
    stray: Option<Token>,
    /// The id that the session will have after this request, where a token was issued before it had it.
    next: Option<Box<Token>>,
    /// What the tokens of this response show.
    issued: Option<[u8; 32]>,
}

impl State {
    fn csrf(&mut self) -> &mut Csrf {
        self.csrf.get_or_insert_default()
    }

    /// The request came by this id, which reaches nothing.
    pub(super) fn came_by(&mut self, stray: Token) {
        self.csrf().stray = Some(stray);
    }

    /// What the tokens of the pages show that this request's browser has. Where its id reaches nothing, what it can do is log
    /// in, or out: that the form is ours is shown by the id alone.
    fn base(&self, purpose: &Purpose) -> Option<[u8; 32]> {
        let stray = self.csrf.as_ref().and_then(|csrf| csrf.stray.as_ref());
        let token = if let Source::Live(live) = &self.source { Some(&live.token) } else { stray };
        token.map(|token| token.csrf_base(purpose))
    }

    /// Whether the request must prove something, and has not.
    pub(super) fn is_unproved(&self) -> bool {
        self.csrf.as_ref().is_some_and(|csrf| csrf.demanded && !csrf.proved)
    }

    /// Whether the response hands out a token, which is nobody else's.
    pub(super) fn has_issued(&self) -> bool {
        self.csrf.as_ref().is_some_and(|csrf| csrf.issued.is_some())
    }

    /// Whether the request wants something of the session that is not committed yet.
    pub(super) fn has_done_something(&self) -> bool {
        self.intents != Intents::default() || self.slots().any(AnySlot::is_changed)
    }

    /// The id that a new session or a rotated one is to get, if it is promised.
    pub(super) fn promised(&self) -> Option<Box<Token>> {
        self.csrf.as_ref().and_then(|csrf| csrf.next.clone())
    }

    /// A commit was done: the session is now `live`. Whether the response has a token of an id that has ended.
    pub(super) fn keep_promise(&mut self, live: &Live, purpose: &Purpose) -> bool {
        let Some(csrf) = &mut self.csrf else { return false };
        csrf.next = None;
        let Some(issued) = &mut csrf.issued else { return false };
        let before = std::mem::replace(issued, live.token.csrf_base(purpose));
        before != *issued
    }

    /// Whether the next commit gives the session a new id, as far as this request has handed in what it did.
    fn gets_new_id(&self) -> bool {
        let Intents { rotate, restart, authenticated, .. } = self.intents;
        rotate || restart || authenticated || self.slots().any(AnySlot::has_another_privilege)
    }
}

impl Cell {
    /// Whether the request proves itself, or may yet do so. What reaches no session has nothing to prove, since nobody's
    /// authority is used by it; but a form may log somebody in, as whomever another site chose, so it has.
    pub(crate) fn meets(&self, demand: Demand, sent: Option<&[u8]>) -> bool {
        let is_form = demand == Demand::Form;
        if self.inner.get().is_none() && !is_form {
            return true;
        }
        let mut state = self.state();
        if !matches!(state.source, Source::Live(_)) && !is_form {
            return true;
        }
        let base = state.base(&self.engine.purpose);
        let proves = sent.zip(base).is_some_and(|(sent, base)| shows(sent, &base));
        let csrf = state.csrf();
        csrf.proved |= proves;
        csrf.demanded |= is_form;
        csrf.proved || is_form
    }

    /// Whether `sent` is a token of the session that the request presents; then it has proved itself.
    pub(crate) fn prove(&self, sent: &[u8]) -> bool {
        if self.inner.get().is_none() {
            return false;
        }
        let mut state = self.state();
        let Some(base) = state.base(&self.engine.purpose) else { return false };
        let proves = shows(sent, &base);
        state.csrf().proved |= proves;
        proves
    }

    /// Refuses what a request would do that has to prove itself, and has not.
    pub(crate) fn check_proved(&self) -> Result<(), Error> {
        if self.state().is_unproved() { Err(self.told(Error::new(Kind::Csrf))) } else { Ok(()) }
    }

    /// A token for the id that the browser has after this response.
    pub(crate) fn issue_csrf(&self) -> Result<CsrfToken, Error> {
        self.issued().map_err(|error| self.told(error))
    }

    fn issued(&self) -> Result<CsrfToken, Error> {
        let (engine, entropy) = (&self.engine, &*self.engine.entropy);
        let mut guard = self.state();
        let state = &mut *guard;
        let token = match &state.source {
            _ if state.intents.destroy => return Ok(CsrfToken::of_nothing(entropy)?),
            Source::Live(live) if state.gets_new_id() => Promise::Next(live.key.slot()),
            Source::Live(live) => Promise::Present(live.token.clone()),
            Source::Absent => Promise::First,
            Source::Dead if state.gets_new_id() => Promise::First,
            Source::Dead | Source::Unusable(_) => {
                match state.csrf.as_ref().and_then(|csrf| csrf.stray.clone()) {
                    Some(stray) => Promise::Present(stray),
                    None => return Ok(CsrfToken::of_nothing(entropy)?),
                }
            }
            Source::Untouched | Source::Failed | Source::Ended | Source::Insecure => {
                return Ok(CsrfToken::of_nothing(entropy)?);
            }
        };
        let token = match token {
            Promise::Present(token) => token,
            Promise::First | Promise::Next(_) if state.closed => return Err(Error::new(Kind::TooLate)),
            promise => {
                let next = match (state.csrf().next.take(), promise) {
                    (Some(next), _) => next,
                    (None, Promise::Next(slot)) => Box::new(Token::random(entropy, slot)?),
                    (None, _) => Box::new(new_id(engine)?),
                };
                state.intents.csrf |= matches!(state.source, Source::Absent);
                state.csrf().next = Some(next.clone());
                *next
            }
        };
        let base = token.csrf_base(&engine.purpose);
        let before = state.csrf().issued.replace(base);
        drop(guard);
        if before.is_some_and(|before| before != base) {
            self.tell(Happened::CsrfOutdated);
        }
        Ok(CsrfToken::of(&base, entropy)?)
    }

    /// Whether the request should have proved itself, so that nothing is carried out after its handler was cut off.
    pub(super) fn drops_unproved(&self) -> bool {
        let (unproved, did, destroys) = {
            let state = self.state();
            (state.is_unproved(), state.has_done_something(), state.intents.destroy)
        };
        if unproved && did {
            self.tell(Happened::Unproved { destroys });
        }
        unproved
    }

    /// [`close`](Self::close) for a request that should have proved itself. Nothing that it did is stored, whatever became
    /// of it; where that would not be seen, the response is replaced.
    pub(super) fn close_unproved(&self, status: u16) -> Closing {
        let mut state = self.state();
        let (did, destroys) = (state.has_done_something(), state.intents.destroy);
        state.slots_mut().for_each(|slot| slot.revert());
        state.intents = Intents::default();
        state.closed = true;
        let (cookie, private) = (state.cookie.take(), state.is_private());
        drop(state);
        if did {
            self.tell(Happened::Unproved { destroys });
        }
        // a failure of the handler is one already
        let seen = status >= 500 || status >= 400 && !did;
        let error = (!seen).then(|| self.told(Error::new(Kind::Csrf)));
        if let Some(error) = &error {
            self.tell(Happened::Refused { error });
        }
        Closing { cookie, error, private }
    }
}

/// What the id will be that a token is for.
enum Promise {
    /// What it is, or what that is renewed to.
    Present(Token),
    /// Another one, in the same place.
    Next(Option<Slot>),
    /// That of a session yet to be made.
    First,
}
