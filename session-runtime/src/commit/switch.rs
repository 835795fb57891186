//! Begins and ends an impersonation: one rotation, in which one owner's fields take the place of another's.

use std::sync::Arc;

use super::apply::{After, Done, Live, Work, apply, set_cookie};
use super::plan::{CookiePlan, Op, Plan, Select};
use super::{limit, merge, moving, reindex, renewal, sealed};
use crate::changes::Changes;
use crate::engine::{Engine, Place};
use crate::error::{Error, Kind};
use crate::impersonation::Exchange;
use crate::record::{MetaChange, OpId};
use crate::store::{DynStore, Found};

/// How often another request may write first. Each of those succeeded, so others progress.
const TRIES: u32 = 16;

/// Whose session it is to be.
#[derive(Clone, Copy)]
pub(crate) enum To<'a> {
    /// That of the owner with this JSON.
    User(&'a str),
    /// The administrator's, as it was.
    Administrator,
}

/// Carries it out for the session of `work`, whose changes are stored. What is put aside is what the store has at that very
/// moment: a write that comes between is a conflict, and then all of it is done anew. A record of an earlier version of the
/// session type is put aside as the request sees it, migrated, and what is left of it is written so.
///
/// [`After::Ended`] if the administrator's fields are of another version than the session is now: it ends as at a logout.
///
/// # Errors
/// As [`Impersonation::begin`](crate::impersonation::Impersonation::begin) and `end`, and as a rotation.
pub(crate) async fn switch(
    engine: &Engine,
    work: &mut Work,
    to: To<'_>,
    activity: bool,
) -> Result<Done, Error> {
    let mut live = work.take_live()?;
    let store = match &engine.place {
        Place::Server(store) => &**store,
        Place::Cookie(jar) => {
            let Some(changes) = changes(engine, work, &live, to, activity)? else {
                return log_out(engine, work, live).await;
            };
            return sealed::move_to_new_id(engine, jar, work, &live, &changes, Select::All).await;
        }
    };
    let promised = work.next.take();
    for attempt in 0..TRIES {
        merge::pause(attempt).await;
        live = as_stored(engine, store, live, work).await?;
        let Some(changes) = changes(engine, work, &live, to, activity)? else {
            return log_out(engine, work, live).await;
        };
        work.next.clone_from(&promised);
        let standing = match moving::rotate(engine, store, changes, live.clone(), work).await {
            Err(error) if error.is_conflict() => continue,
            standing => standing?,
        };
        let cookie = match &standing {
            After::Live(live) => Some(set_cookie(engine, live, work.now)),
            After::Unchanged | After::Ended => None,
        };
        return Ok(Done { standing, cookie });
    }
    Err(Error::new(Kind::Conflict))
}

async fn log_out(engine: &Engine, work: &mut Work, live: Live) -> Result<Done, Error> {
    work.plan = Plan { op: Op::Delete, cookie: CookiePlan::Remove };
    work.live = Some(live);
    apply(engine, work, &|_| ()).await
}

/// The session as it is now, wherever a renewal took it, and as this version of its type reads it.
async fn as_stored(
    engine: &Engine,
    store: &dyn DynStore,
    live: Live,
    work: &mut Work,
) -> Result<Live, Error> {
    let mut live = found(engine, store, live, work).await?;
    // it could be migrated when the request loaded it: another one changed what cannot be
    let upgraded = engine.types.schema.upgrade(&live.record).map_err(|_| Error::new(Kind::Conflict))?;
    if let Some(upgrade) = &upgraded {
        if reindex::is_due(engine, upgrade) {
            return Err(Error::new(Kind::Unavailable));
        }
        live.record = Arc::clone(&upgrade.record);
    }
    work.upgrade = upgraded;
    Ok(live)
}

async fn found(engine: &Engine, store: &dyn DynStore, live: Live, work: &Work) -> Result<Live, Error> {
    let gone = || Error::new(Kind::Gone);
    match engine.ask(store.load(&live.key)).await? {
        Found::Record(record) if work.now < record.meta().expires => Ok(Live { record, ..live }),
        Found::Tombstone { moved: Some(to), .. } => {
            let (token, key) = (&live.token, &live.key);
            renewal::reached(engine, store, token, key, &to, work.now).await?.ok_or_else(gone)
        }
        Found::Record(_) | Found::Tombstone { moved: None, .. } | Found::Nothing => Err(gone()),
    }
}

/// `None` if the session must end instead.
fn changes(
    engine: &Engine,
    work: &Work,
    live: &Live,
    to: To<'_>,
    activity: bool,
) -> Result<Option<Changes>, Error> {
    let Some(impersonation) = &engine.impersonation else {
        return Err(Error::config("nobody can be impersonated: the session has no `impersonator` field"));
    };
    let keep = &engine.types.keep;
    let exchange = match to {
        To::User(user) => Some(impersonation.begin(&live.record, user, work.now, keep)?),
        To::Administrator => impersonation.end(&live.record, keep.clone())?,
    };
    let Some(Exchange { keep, fields, values }) = exchange else { return Ok(None) };
    let changes = Changes {
        op: OpId::next(),
        base: Some(live.record.clone()),
        fields,
        values,
        wipe: Some(keep),
        // nobody else has a cookie in hand
        exact: engine.place.jar().is_none(),
        // neither owner, nor deadlines, nor the time of authentication: all of it is the administrator's, and stays so
        meta: MetaChange {
            issued: Some(work.now),
            last_seen: activity.then_some(work.now),
            ..MetaChange::default()
        },
        // whoever comes back must not fail because the same takes a few bytes more outside of one field than in it
        max_bytes: if matches!(to, To::User(_)) { engine.max_bytes } else { usize::MAX },
        decoded: None,
    };
    limit::check(&changes)?;
    Ok(Some(changes))
}
