//! What `#[with_session]` puts around a handler's body.

use std::sync::Arc;

use super::cell::Cell;
use super::slot::Slot;
use super::{Attempt, Session};
use crate::data::SessionData;
use crate::error::Unavailable;

/// Tells the request whether its handler returned. A panic, a disconnect and an inner timeout drop it instead.
struct Run {
    cell: Arc<Cell>,
    /// The number of the handler's copy; none has zero.
    editor: u64,
    returned: bool,
}

impl Run {
    fn new(cell: Arc<Cell>, editor: u64) -> Self {
        Self { cell, editor, returned: false }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.returned {
            self.cell.abandon(self.editor);
        }
    }
}

/// `session: &mut T`: the handler's own copy, which counts when the handler returns.
pub struct Editing<S: SessionData> {
    run: Run,
    value: S,
}

/// Begins a `&mut T` handler.
pub fn edit<S: SessionData>(session: impl Into<Session<S>>) -> Editing<S> {
    let Session { cell, .. } = session.into();
    let (editor, value) = cell.begin(false);
    Editing { run: Run::new(cell, editor), value }
}

impl<S: SessionData> Editing<S> {
    /// The session argument.
    pub const fn value(&mut self) -> &mut S {
        &mut self.value
    }

    /// The handler returned.
    pub fn finish(self) {
        let Self { mut run, value } = self;
        run.returned = true;
        let clock = &*run.cell.engine.clock;
        run.cell.change(|slot: &mut Slot<S>| slot.finish(run.editor, value, clock));
    }
}

/// `session: &T` and `session: Option<&T>`.
pub struct Reading<S> {
    run: Run,
    exists: bool,
    value: Arc<S>,
}

/// Begins a `&T` handler.
pub fn read<S: SessionData>(session: impl Into<Session<S>>) -> Reading<S> {
    let Session { cell, .. } = session.into();
    let (exists, value) = cell.view();
    Reading { run: Run::new(cell, 0), exists, value }
}

impl<S: SessionData> Reading<S> {
    /// The session argument: the defaults where there is no session.
    pub fn value(&self) -> &S {
        &self.value
    }

    /// The session argument: `None` where there is no session.
    pub fn optional(&self) -> Option<&S> {
        self.exists.then_some(&*self.value)
    }

    /// The handler returned.
    pub fn finish(mut self) {
        self.run.returned = true;
    }
}

/// `session: Result<&T, Unavailable>`.
pub struct Attempting<S>(Result<Reading<S>, Unavailable>);

/// Begins a handler that runs also when the store is down.
pub fn attempt<S: SessionData>(session: impl Into<Attempt<S>>) -> Attempting<S> {
    Attempting(session.into().0.map(read))
}

impl<S: SessionData> Attempting<S> {
    /// The session argument.
    ///
    /// # Errors
    /// [`Unavailable`] if the store could not be asked.
    pub fn value(&self) -> Result<&S, Unavailable> {
        self.0.as_ref().map(Reading::value).map_err(|unavailable| *unavailable)
    }

    /// The handler returned.
    pub fn finish(self) {
        if let Ok(reading) = self.0 {
            reading.finish();
        }
    }
}
