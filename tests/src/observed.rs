//! An observer that remembers what it was told.

use std::sync::{Arc, Mutex, PoisonError};

use session_runtime::observe::{Event, Observer};

/// What was told, in order: what happened, and the tags.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<Vec<Telling>>>);

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The session type.
    pub session: &'static str,
    /// What happened, as `{:?}` shows it.
    pub what: String,
    /// The session's tag.
    pub tag: Option<String>,
    /// Its tag from then on.
    pub new_tag: Option<String>,
}

impl Observer for Told {
    fn observe(&self, event: &Event<'_>) {
        let tag = |tag: Option<session_runtime::observe::Tag>| tag.map(|tag| tag.to_string());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Telling {
            session: event.session(),
            what: format!("{:?}", event.what()),
            tag: tag(event.tag()),
            new_tag: tag(event.new_tag()),
        });
    }
}

impl Told {
    /// All events since the last call.
    pub fn take(&self) -> Vec<Telling> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names of all events since the last call.
    pub fn names(&self) -> Vec<String> {
        let name = |what: &str| what.split([' ', '{']).next().unwrap_or_default().to_owned();
        self.take().iter().map(|told| name(&told.what)).collect()
    }
}
