//! The handlers of a request that work on copies of its session value. Mostly there is one, which is kept in place.

use std::sync::Arc;

use crate::data::Role;

/// A handler that works on a copy.
pub(super) struct Editor<S> {
    pub(super) id: u64,
    /// What its copy was when it was handed out, or last taken in.
    pub(super) base: Arc<S>,
    /// A call of `update`, which is over before anybody saves.
    pub(super) brief: bool,
    /// Whether its changes were taken in since the last save.
    pub(super) staged: bool,
    pub(super) stale: Stale,
}

/// What a copy still holds that is another owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stale {
    Nothing,
    /// The session was wiped since: all but what a wipe leaves.
    Wiped,
    /// Somebody began or ceased to act as somebody else: all but what both have.
    Exchanged,
}

impl Stale {
    /// Whether it is what the field of a copy holds.
    pub(super) const fn covers(self, role: Role) -> bool {
        match self {
            Self::Nothing => false,
            Self::Wiped => matches!(role, Role::Plain | Role::Extra),
            Self::Exchanged => !matches!(role, Role::Keep),
        }
    }
}

/// Those that run, in the order in which they began.
pub(super) struct Editors<S> {
    /// Began before all of `others`.
    first: Option<Editor<S>>,
    others: Vec<Editor<S>>,
}

impl<S> Editors<S> {
    pub(super) const fn new() -> Self {
        Self { first: None, others: Vec::new() }
    }

    pub(super) fn begin(&mut self, editor: Editor<S>) {
        if self.first.is_none() && self.others.is_empty() {
            self.first = Some(editor);
        } else {
            self.others.push(editor);
        }
    }

    /// The one with this id, which is over.
    pub(super) fn end(&mut self, id: u64) -> Option<Editor<S>> {
        if let Some(first) = self.first.take_if(|first| first.id == id) {
            return Some(first);
        }
        let at = self.others.iter().position(|running| running.id == id)?;
        Some(self.others.remove(at))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Editor<S>> {
        self.first.iter().chain(&self.others)
    }

    pub(super) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Editor<S>> {
        self.first.iter_mut().chain(&mut self.others)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Editor, Editors, Stale};

    fn running(ids: &Editors<()>) -> Vec<u64> {
        ids.iter().map(|running| running.id).collect()
    }

    #[test]
    fn they_are_in_the_order_in_which_they_began_whoever_ends_first() {
        let mut editors = Editors::new();
        let begin = |editors: &mut Editors<()>, id| {
            editors.begin(Editor {
                id,
                base: Arc::new(()),
                brief: false,
                staged: false,
                stale: Stale::Nothing,
            });
        };
        for id in [1, 2, 3] {
            begin(&mut editors, id);
        }
        assert_eq!(editors.end(1).map(|ended| ended.id), Some(1));
        begin(&mut editors, 4);
        assert_eq!(running(&editors), [2, 3, 4], "a later one does not take the place of the first");
        assert_eq!(editors.iter_mut().next_back().map(|last| last.id), Some(4));
        assert!(editors.end(1).is_none());
        for id in [3, 4, 2] {
            assert_eq!(editors.end(id).map(|ended| ended.id), Some(id));
        }
        begin(&mut editors, 5);
        assert_eq!(running(&editors), [5]);
    }
}
