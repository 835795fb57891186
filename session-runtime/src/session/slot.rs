//! One session value within a request: as loaded, as it stands, and who is working on a copy.

use std::any::Any;
use std::sync::Arc;

use crate::commit::diff::{Context, Diff};
use crate::commit::plan::Wipe;
use crate::data::{Role, SessionData, has_notice};
use crate::field::Notice;

/// The value of one session type in one request.
pub(crate) struct Slot<S> {
    /// As the store has it, as far as this request knows: what was loaded, or what was last sent.
    loaded: Arc<S>,
    /// With the changes that this request made so far.
    pub(crate) current: Arc<S>,
    /// As it was when a commit began.
    sent: Option<Arc<S>>,
    /// The value each running handler began with.
    editors: Vec<(u64, Arc<S>)>,
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

    /// Whether there are changes that are not stored.
    fn is_changed(&self) -> bool;

    /// Whether a commit might find something to do. Cheap: it may be wrong the safe way.
    fn needs_commit(&self) -> bool;

    fn as_any(&mut self) -> &mut dyn Any;
}

impl<S: SessionData> Slot<S> {
    pub(crate) fn new(value: Arc<S>) -> Self {
        Self { loaded: Arc::clone(&value), current: value, sent: None, editors: Vec::new() }
    }

    /// Hands out a copy to work on.
    pub(crate) fn begin(&mut self, editor: u64) -> S {
        self.editors.push((editor, Arc::clone(&self.current)));
        self.current.duplicate()
    }

    /// Takes a worked-on copy in: the fields that differ from what it began with.
    pub(crate) fn finish(&mut self, editor: u64, value: S) {
        let Some(at) = self.editors.iter().position(|(id, _)| *id == editor) else { return };
        let (_, base) = self.editors.swap_remove(at);
        self.merge(&base, value);
    }

    /// Takes in what a running handler changed so far.
    pub(crate) fn stage(&mut self, value: &S) {
        let Some((_, base)) = self.editors.last_mut() else { return };
        let base = std::mem::replace(base, Arc::new(value.duplicate()));
        self.merge(&base, value.duplicate());
    }

    fn merge(&mut self, base: &Arc<S>, value: S) {
        if Arc::ptr_eq(&self.current, base) {
            self.current = Arc::new(value);
            return;
        }
        let mut merged = self.current.duplicate();
        for field in S::FIELDS {
            if field.role == Role::Skipped {
                field.access.copy(&value, &mut merged);
            } else if !field.access.same(base, &value) {
                field.access.take_over(base, &value, &mut merged);
            }
        }
        self.current = Arc::new(merged);
    }

    /// The store changed what differs between `before` and `taken`: both the loaded and the present value follow.
    pub(crate) fn taken(&mut self, before: &S, taken: &S) {
        let carry = |onto: &S| {
            let mut value = onto.duplicate();
            for field in S::FIELDS.iter().filter(|field| !field.access.same(before, taken)) {
                field.access.copy(taken, &mut value);
            }
            Arc::new(value)
        };
        self.current = carry(&self.current);
        self.loaded = carry(&self.loaded);
    }
}

impl<S: SessionData> AnySlot for Slot<S> {
    fn collect(&mut self, context: &Context<'_>, diff: &mut Diff) {
        // a restart names the root's new value; what sections held ends with the old one
        let ended = context.restart && S::SECTION.is_some();
        if (self.needs_commit() || context.restart) && !ended {
            diff.add::<S>(&self.loaded, &self.current, context);
        }
        self.sent = Some(Arc::clone(&self.current));
    }

    fn decoded(&mut self, diff: &Diff) -> Option<Arc<dyn Any + Send + Sync>> {
        if !S::FIELDS.iter().all(|field| field.role.is_stored() && !field.access.is_notice()) {
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
            let gone = match field.access.notice(&self.loaded, &sent) {
                Some(notice) => notice != Notice::Set,
                None => match wipe {
                    Wipe::Nothing => false,
                    Wipe::OwnerChanged => matches!(field.role, Role::Plain | Role::Extra),
                    Wipe::Restarted => S::SECTION.is_some(),
                },
            };
            if gone {
                field.access.copy(&default, &mut stored);
            }
        }
        let changed_meanwhile = !Arc::ptr_eq(&sent, &self.current);
        let stored = Arc::new(stored);
        if changed_meanwhile {
            let now = self.current.duplicate();
            self.current = Arc::clone(&stored);
            self.merge(&sent, now);
        } else {
            self.current = Arc::clone(&stored);
        }
        self.loaded = stored;
    }

    fn is_changed(&self) -> bool {
        !Arc::ptr_eq(&self.loaded, &self.current)
            && S::FIELDS.iter().any(|field| !field.access.same(&self.loaded, &self.current))
    }

    fn needs_commit(&self) -> bool {
        !Arc::ptr_eq(&self.loaded, &self.current) || has_notice::<S>()
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
