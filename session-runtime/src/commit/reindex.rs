//! Moves a session into the index of its owner where its migration writes them in another form (T42, S15).
//!
//! It is done when the session is loaded, before anything sees it, and by whoever loads it first: a session that is in use is
//! found by its owner's present form. Its id stays; the key is in both indexes while the record is written.

use std::sync::Arc;

use super::apply::{Live, sent};
use super::limit;
use super::sealed::sealed_anew;
use crate::engine::{Engine, Place};
use crate::error::{Error, Kind};
use crate::owners::{self, Refiling};
use crate::schema::Upgrade;
use crate::store::{DynStore, Jar, Updated};

/// What became of it.
pub(crate) enum Reindexed {
    /// It is stored as it was migrated: as the request knows it from now on, and in a cookie, that one.
    Done(Live, Option<String>),
    /// Somebody changed it since it was loaded, or moved it: it is to be looked for once more.
    Overtaken,
    /// Its key is in both indexes, but no cookie has room for what it was migrated to.
    Unsealed,
    /// In cookies, it goes on under another id, and is as it was loaded.
    Moved(Live),
    /// It has ended, or is about to. `moved`: it may have gone on under another id.
    Ended { moved: bool },
}

/// Whether there is an index that does not know of the session yet.
pub(crate) fn is_due(engine: &Engine, upgrade: &Upgrade) -> bool {
    upgrade.changes_owner() && owners::are_kept(engine)
}

/// Does it for `live`, as the request sees it. If it fails, the record is as it was.
///
/// # Errors
/// The store failed, or the index changes without pause.
pub(crate) async fn reindex(engine: &Engine, live: &Live, upgrade: &Upgrade) -> Result<Reindexed, Error> {
    let before = upgrade.loaded.meta();
    let refiling = match owners::refile(engine, &live.key, before, &upgrade.record).await {
        Err(error) if *error.kind() == Kind::Gone => return Ok(Reindexed::Ended { moved: false }),
        refiling => refiling?,
    };
    match &engine.place {
        Place::Server(store) => in_store(engine, &**store, live, upgrade, refiling).await,
        Place::Cookie(jar) => in_cookie(engine, jar, live, upgrade, refiling).await,
    }
}

async fn in_store(
    engine: &Engine,
    store: &dyn DynStore,
    live: &Live,
    upgrade: &Upgrade,
    refiling: Refiling<'_>,
) -> Result<Reindexed, Error> {
    let changes = upgrade.alone();
    match engine.ask(store.update(&live.key, &changes)).await? {
        Updated::Applied => {
            refiling.done().await;
            let record = sent(&changes, Arc::clone(&upgrade.loaded));
            Ok(Reindexed::Done(Live { record, ..live.clone() }, None))
        }
        Updated::Gone => {
            refiling.undone().await;
            Ok(Reindexed::Overtaken)
        }
        // another request of this version may have done the same: its note is this one's
        Updated::Conflict => Ok(Reindexed::Overtaken),
        Updated::TooLarge { bytes } => Err(limit::too_large(&changes, bytes)),
    }
}

/// The record is with the browser, and older copies of it stay what they were. So a revocation by either form is asked for
/// once more, now that it would find the key.
async fn in_cookie(
    engine: &Engine,
    jar: &Jar,
    live: &Live,
    upgrade: &Upgrade,
    refiling: Refiling<'_>,
) -> Result<Reindexed, Error> {
    let loaded = Live { record: Arc::clone(&upgrade.loaded), ..live.clone() };
    match jar.going_on(engine, loaded).await? {
        Some(moved) if moved.key != live.key => return Ok(Reindexed::Moved(moved)),
        Some(_) if !jar.has_ended(engine, live).await? => {}
        Some(_) | None => {
            refiling.undone().await;
            return Ok(Reindexed::Ended { moved: true });
        }
    }
    let record = sent(&upgrade.alone(), Arc::clone(&upgrade.loaded));
    let (live, cookie) = match sealed_anew(engine, jar, Live { record, ..live.clone() }) {
        Err(error) if error.is_too_large() => return Ok(Reindexed::Unsealed),
        sealed => sealed?,
    };
    refiling.done().await;
    Ok(Reindexed::Done(live, cookie))
}
