//! One session value within a request: as loaded, as it stands, and who is working on a copy.

mod editors;

use std::any::Any;
use std::sync::Arc;

use super::lasting;
use crate::clock::Clock;
use crate::codec;
use crate::commit::apply::Live;
use crate::commit::diff::{Context, Diff};
use crate::commit::plan::Wipe;
use crate::data::{Field, Role, SessionData, has_notice};
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::field::{Claims, Notice};
use editors::{Editor, Editors, Stale};

/// The value of one session type in one request.
pub(crate) struct Slot<S> {
    /// As the store has it, as far as this request knows: what was loaded, or what was last sent.
    loaded: Arc<S>,
    /// With the changes that this request made so far.
    pub(crate) current: Arc<S>,
    /// As it was when a commit began.
    sent: Option<Arc<S>>,
    /// The running handlers that have a copy of their own.
    editors: Editors<S>,
    /// Fields that something was taken out of in the store ([`Session::take_once`](crate::Session::take_once)).
    taken: Vec<&'static str>,
    /// A handler's copy would undo a take or a wipe, or two handlers changed a field whose policy refuses.
    conflict: bool,
}

/// [`Slot`] of any type.
pub(crate) trait AnySlot: Any + Send {
    /// Adds the changes of this value, and remembers them as being sent.
    fn collect(&mut self, context: &Context<'_>, diff: &mut Diff);

    /// The value as the changes of `diff` decode, if that can be told without decoding the whole record.
    fn decoded(&mut self, diff: &Diff) -> Option<Arc<dyn Any + Send + Sync>>;

    /// What was sent is stored: it is what later changes are compared with. After a wipe, what
    /// does not outlive it is at its default.
    fn settle(&mut self, wipe: Wipe);

    /// The session ended: what was changed before was not sent, and there is nothing left that it could be a change of.
    fn end(&mut self, claims: &Arc<Claims>);

    /// The record has been exchanged for another one, with which the request goes on. Says whether it can be read.
    fn replace(&mut self, live: &Live, engine: &Engine) -> bool;

    /// The request failed: what is not stored is dropped.
    fn revert(&mut self);

    /// Forgets a handler that did not return.
    fn forget(&mut self, editor: u64);

    /// Whether a handler works on a copy that was not taken in since the last save.
    fn has_unstaged(&self) -> bool;

    /// Whether there are changes that are not stored.
    fn is_changed(&self) -> bool;

    /// Whether the request changed the owner, and that is not stored.
    fn has_another_owner(&self) -> bool;

    /// Whether the request changed the owner or a privileged field, and that is not stored: then the session gets a new id.
    fn has_another_privilege(&self) -> bool;

    /// Whether a commit might find something to do. Cheap: it may be wrong the safe way.
    fn needs_commit(&self) -> bool;

    fn as_any(&mut self) -> &mut dyn Any;
}

impl<S: SessionData> Slot<S> {
    pub(crate) fn new(value: Arc<S>) -> Self {
        let loaded = Arc::clone(&value);
        Self {
            loaded,
            current: value,
            sent: None,
            editors: Editors::new(),
            taken: Vec::new(),
            conflict: false,
        }
    }

    /// Hands out a copy to work on.
    pub(crate) fn begin(&mut self, editor: u64, brief: bool) -> S {
        let base = Arc::clone(&self.current);
        self.editors.begin(Editor { id: editor, base, brief, staged: false, stale: Stale::Nothing });
        self.current.duplicate()
    }

    /// Takes a worked-on copy in: the fields that differ from what it began with. The time of what it set begins.
    pub(crate) fn finish(&mut self, editor: u64, mut value: S, clock: &dyn Clock) {
        let Some(Editor { base, stale, .. }) = self.editors.end(editor) else { return };
        lasting::begin(&*base, &mut value, clock);
        self.merge(&base, value, stale);
    }

    /// Takes in what a running handler changed so far, as [`finish`](Self::finish) does.
    pub(crate) fn stage(&mut self, value: &S, clock: &dyn Clock) {
        let mut value = value.duplicate();
        let running = self.editors.iter_mut().rev().find(|running| !running.brief);
        // nobody's copy: then it is a change of what there is
        let base = Arc::clone(running.as_ref().map_or(&self.current, |running| &running.base));
        lasting::begin(&*base, &mut value, clock);
        let stale = running.map_or(Stale::Nothing, |running| {
            running.staged = true;
            running.base = Arc::new(value.duplicate());
            running.stale
        });
        self.merge(&base, value, stale);
    }

    fn merge(&mut self, base: &Arc<S>, value: S, stale: Stale) {
        if Arc::ptr_eq(&self.current, base) && stale == Stale::Nothing {
            self.current = Arc::new(value);
            return;
        }
        let mut merged = self.current.duplicate();
        for field in S::FIELDS {
            let access = field.access;
            if field.role == Role::Skipped {
                access.copy(&value, &mut merged);
            } else if !access.same(base, &value) {
                let untouched = access.same(base, &merged);
                let taken = self.taken.contains(&field.key) && !untouched;
                if stale.covers(field.role) || taken {
                    self.conflict = true;
                } else if untouched {
                    access.copy(&value, &mut merged);
                } else if access.take_over(base, &value, &mut merged).is_err() {
                    self.conflict = true;
                }
            }
        }
        self.current = Arc::new(merged);
    }

    /// Whether a field that differs between the two has a change of this request that is not stored yet. Keys of `extra`
    /// merge one by one, so there it does not matter.
    pub(crate) fn is_pending(&self, before: &S, taken: &S) -> bool {
        let fields = S::FIELDS.iter().filter(|field| field.role.is_stored());
        fields
            .map(|field| field.access)
            .any(|access| !access.same(before, taken) && !access.same(&self.loaded, &self.current))
    }

    /// The store changed what differs between `before` and `taken`: both the loaded and the present value follow.
    pub(crate) fn taken(&mut self, before: &S, taken: &S) {
        let carry = |onto: &S| {
            let mut value = onto.duplicate();
            for field in S::FIELDS.iter().filter(|field| !field.access.same(before, taken)) {
                // keys of `extra` are fields of their own
                if field.role != Role::Extra || field.access.take_over(before, taken, &mut value).is_err() {
                    field.access.copy(taken, &mut value);
                }
            }
            Arc::new(value)
        };
        self.current = carry(&self.current);
        self.loaded = carry(&self.loaded);
        let fields =
            S::FIELDS.iter().filter(|field| field.role.is_stored() && !field.access.same(before, taken));
        self.taken.extend(fields.map(|field| field.key));
    }
}

impl<S: SessionData> AnySlot for Slot<S> {
    fn collect(&mut self, context: &Context<'_>, diff: &mut Diff) {
        if self.conflict {
            diff.error.get_or_insert_with(|| Error::new(Kind::Conflict));
        }
        // a restart names the root's new value; of a section, what this request changed outlives it
        let context = Context { restart: context.restart && S::SECTION.is_none(), ..*context };
        if self.needs_commit() || context.restart {
            diff.add::<S>(&self.loaded, &self.current, &context);
        }
        self.sent = Some(Arc::clone(&self.current));
    }

    fn decoded(&mut self, diff: &Diff) -> Option<Arc<dyn Any + Send + Sync>> {
        // of what lasts for a time, this request may have seen less than the record has
        let as_stored =
            |field: &Field<S>| field.role.is_stored() && !field.access.is_notice() && field.ttl.is_none();
        if !S::FIELDS.iter().all(as_stored) {
            return None;
        }
        // unchanged fields are as they were decoded; changed ones may come back otherwise than the handler left them
        self.sent = None;
        let value = Arc::get_mut(&mut self.current)?;
        for changed in &diff.changes {
            let field = S::FIELDS.iter().find(|field| field.key == changed.change.key)?;
            field.access.decode(diff.values.written(changed.change.value.as_ref()?), value).ok()?;
        }
        Some(Arc::clone(&self.current) as _)
    }

    fn settle(&mut self, wipe: Wipe) {
        let Some(sent) = self.sent.take() else { return };
        let default = S::default();
        let mut stored = sent.duplicate();
        for field in S::FIELDS {
            let unchanged = || field.access.same(&self.loaded, &sent);
            let gone = match field.access.notice(&self.loaded, &sent) {
                Some(notice) => notice != Notice::Set,
                None => match wipe {
                    Wipe::Nothing => false,
                    Wipe::OwnerChanged => match field.role {
                        Role::Plain | Role::Extra | Role::Impersonator => true,
                        Role::Privileged => unchanged(),
                        Role::Keep | Role::Owner | Role::Skipped => false,
                    },
                    Wipe::Restarted => {
                        field.role == Role::Impersonator || S::SECTION.is_some() && unchanged()
                    }
                },
            };
            if gone {
                field.access.copy(&default, &mut stored);
            }
        }
        let stored = Arc::new(stored);
        if Arc::ptr_eq(&sent, &self.current) {
            self.current = Arc::clone(&stored);
        } else {
            let now = self.current.duplicate();
            self.current = Arc::clone(&stored);
            self.merge(&sent, now, Stale::Nothing);
        }
        self.loaded = stored;
        for running in self.editors.iter_mut() {
            running.staged = false;
            if wipe != Wipe::Nothing && running.stale == Stale::Nothing {
                running.stale = Stale::Wiped;
            }
        }
    }

    fn end(&mut self, claims: &Arc<Claims>) {
        let mut blank = codec::blank(claims);
        for field in S::FIELDS.iter().filter(|field| field.role == Role::Skipped) {
            field.access.copy(&self.current, &mut blank);
        }
        self.loaded = Arc::new(blank);
        self.current = Arc::clone(&self.loaded);
        (self.sent, self.conflict) = (None, false);
    }

    fn replace(&mut self, live: &Live, engine: &Engine) -> bool {
        // another task changed it after it was saved: whose change that was, nobody can say
        self.conflict |= self.is_changed();
        let claims = &engine.types.claims;
        let decoded = codec::decode::<S>(&live.record, &live.key, engine);
        let is_readable = decoded.is_some();
        let mut value = decoded.unwrap_or_else(|| codec::blank(claims));
        for field in S::FIELDS.iter().filter(|field| field.role == Role::Skipped) {
            field.access.copy(&self.current, &mut value);
        }
        self.current = lasting::as_of(Arc::new(value), &*engine.clock);
        self.loaded = Arc::clone(&self.current);
        self.sent = None;
        self.taken.clear();
        for running in self.editors.iter_mut() {
            (running.staged, running.stale) = (false, Stale::Exchanged);
        }
        is_readable
    }

    fn revert(&mut self) {
        self.current = Arc::clone(&self.loaded);
        self.conflict = false;
    }

    fn forget(&mut self, editor: u64) {
        drop(self.editors.end(editor));
    }

    fn has_unstaged(&self) -> bool {
        self.editors.iter().any(|running| !running.brief && !running.staged)
    }

    fn is_changed(&self) -> bool {
        !Arc::ptr_eq(&self.loaded, &self.current)
            && S::FIELDS.iter().any(|field| !field.access.same(&self.loaded, &self.current))
    }

    fn has_another_owner(&self) -> bool {
        let mut owners = S::FIELDS.iter().filter(|field| field.role == Role::Owner);
        !Arc::ptr_eq(&self.loaded, &self.current)
            && owners.any(|owner| !owner.access.same(&self.loaded, &self.current))
    }

    fn has_another_privilege(&self) -> bool {
        let mut privileges = S::FIELDS.iter().filter(|field| field.role.is_privilege());
        !Arc::ptr_eq(&self.loaded, &self.current)
            && privileges.any(|privilege| !privilege.access.same(&self.loaded, &self.current))
    }

    fn needs_commit(&self) -> bool {
        !Arc::ptr_eq(&self.loaded, &self.current) || self.conflict || has_notice::<S>()
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
