//! The sink that collects every mistake, so that the first never hides the others.

use std::cell::RefCell;

use super::Mistake;

/// All mistakes of one macro call.
pub(crate) struct Errors {
    mistakes: RefCell<Vec<Mistake>>,
}

impl Errors {
    /// Runs `work` with a fresh sink. The only way to have one: its content cannot be dropped unseen.
    pub(crate) fn collect<T>(work: impl FnOnce(&Self) -> T) -> (T, Vec<Mistake>) {
        let errors = Self { mistakes: RefCell::new(Vec::new()) };
        let result = work(&errors);
        (result, errors.mistakes.into_inner())
    }

    /// Reports a mistake.
    pub(crate) fn push(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }

    /// The value, or `None` after the mistake has been reported.
    pub(crate) fn ok<T>(&self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.push(mistake)).ok()
    }

    /// Whether nothing has been reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.mistakes.borrow().is_empty()
    }
}
