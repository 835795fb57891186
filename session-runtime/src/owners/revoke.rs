//! Ending sessions of an owner, from outside of them (S15, S16, S17).

use super::Desk;
use super::handle::SessionHandle;
use super::index::{Index, TRIES};
use super::ledger::Entry;
use super::register::tidy;
use crate::commit::merge::pause;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::token::Key;

/// Which of an owner's sessions.
#[derive(Clone, Copy)]
pub(crate) enum Which<'a> {
    All,
    One(SessionHandle),
    Except(SessionHandle),
    /// All but the one under this key.
    Others(&'a Key),
}

impl Which<'_> {
    fn includes(self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::One(handle) => entry.handle == handle,
            Self::Except(handle) => entry.handle != handle,
            Self::Others(key) => !entry.has(key),
        }
    }
}

/// Ends these sessions, and says how many there were. Marked in the index first: from then on none of them gets another id,
/// so whatever its keys are, they are those that were read.
///
/// If it fails half way, the marks stay, and the same call ends what is left.
pub(crate) async fn revoke(engine: &Engine, owner: &str, which: Which<'_>) -> Result<usize, Error> {
    let Some(desk) = Desk::of(engine) else { return Ok(0) };
    let index = Index::of(engine, &desk, owner);
    let marked = mark(&index, which).await?;
    for entry in &marked {
        desk.end(engine, owner, entry).await?;
    }
    if marked.is_empty() {
        return Ok(0);
    }
    engine.reporter.tell(None, Happened::Revoked { count: marked.len() });
    let handles: Vec<SessionHandle> = marked.iter().map(|entry| entry.handle).collect();
    if let Ok(page) = index.read().await {
        // whoever looks at the index next strikes them out otherwise
        drop(tidy(&index, &page, |ledger| ledger.strike(&handles)).await);
    }
    Ok(marked.len())
}

async fn mark(index: &Index<'_>, which: Which<'_>) -> Result<Vec<Entry>, Error> {
    for attempt in 0..TRIES {
        pause(attempt).await;
        let page = index.read().await?;
        let marked: Vec<Entry> =
            page.ledger.0.iter().filter(|entry| which.includes(entry)).cloned().collect();
        let done = tidy(index, &page, |ledger| {
            ledger.0.iter_mut().filter(|entry| which.includes(entry)).for_each(|entry| entry.ended = true);
        });
        if done.await? {
            return Ok(marked);
        }
    }
    Err(Error::new(Kind::Conflict))
}
