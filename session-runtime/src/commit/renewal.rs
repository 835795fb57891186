//! An id is renewed with a grace (S24, T32): for a while the id before reaches the same session, and every request that
//! comes by it learns the same new id.
//!
//! The new id is a hash of the old one and of random bits that are kept with the record. So who presents the old one can
//! be told the new one, also when the first answer with it was lost; and who reads the store cannot compute it.

use std::sync::Arc;

use super::apply::{After, Live, Work, assemble, store_changes, touch};
use super::moving::{NewId, move_record};
use super::plan::{CookiePlan, Select, Stamp, Wipe};
use crate::clock::Timestamp;
use crate::commit::apply::Note;
use crate::engine::Engine;
use crate::error::{Error, Kind, StoreError};
use crate::observe::Happened;
use crate::record::{Meta, Record};
use crate::store::{DynStore, Found, Touched};
use crate::token::{Key, Token};

/// The session that the id of `old` still reaches, after its record went `to`.
pub(crate) async fn reached(
    engine: &Engine,
    store: &dyn DynStore,
    token: &Token,
    old: &Key,
    to: &Key,
    now: Timestamp,
) -> Result<Option<Live>, StoreError> {
    // a rotation keeps the slot, which a store need not say
    let Found::Record(record) = engine.ask(store.load(&old.beside(*to.as_bytes()))).await? else {
        return Ok(None);
    };
    let is_alive = now < record.meta().deadline();
    let renewal = record.meta().renewed.as_deref();
    let Some(renewal) = renewal.filter(|renewal| is_alive && renewal.from == *old && renewal.is_on(now))
    else {
        return Ok(None);
    };
    let token = token.renewed(&renewal.nonce);
    let key = token.key(&engine.purpose);
    // what a store says of a renewal is worth nothing without the new id, which it cannot know
    Ok((key == *to).then_some(Live { token, key, record, stale: true }))
}

/// Where the session of `live` goes on, if it was renewed since the request loaded it: with what the request loaded, so
/// that changes of other requests are still met as theirs.
pub(crate) async fn overtaken(
    engine: &Engine,
    store: &dyn DynStore,
    live: &Live,
) -> Result<Option<Live>, StoreError> {
    let Found::Tombstone { moved: Some(to), .. } = engine.ask(store.load(&live.key)).await? else {
        return Ok(None);
    };
    let moved = reached(engine, store, &live.token, &live.key, &to, engine.now()).await?;
    Ok(moved.map(|moved| moved.knowing(&live.record)))
}

/// The same for the session of `work`, which goes on there; `false` if it is over.
pub(super) async fn follow(
    engine: &Engine,
    store: &dyn DynStore,
    work: &mut Work,
) -> Result<bool, StoreError> {
    let Some(live) = &work.live else { return Ok(false) };
    let Some(moved) = overtaken(engine, store, live).await? else { return Ok(false) };
    work.live = Some(moved);
    Ok(true)
}

/// `Store::touch`, where the session has gone.
pub(super) async fn touch_there(
    engine: &Engine,
    store: &dyn DynStore,
    work: &mut Work,
    seen: Timestamp,
) -> Result<Touched, StoreError> {
    if follow(engine, store, work).await?
        && let Some(live) = &work.live
    {
        return engine.ask(store.touch(&live.key, seen)).await;
    }
    Ok(Touched::Gone)
}

impl Live {
    /// The same session, known to the request as `loaded`.
    pub(crate) fn knowing(self, loaded: &Record) -> Self {
        let id = self.record.meta();
        let meta = Meta { issued: id.issued, renewed: id.renewed.clone(), ..loaded.meta().clone() };
        Self { record: Arc::new(loaded.with_meta(meta)), ..self }
    }
}

/// Moves the record to a new id together with the changes. If another request was first, its new id is this one's, too. If
/// there is no room for another id, there are no random bits, or the owner's index cannot be written, the renewal can wait,
/// and the changes need not.
pub(super) async fn renew(
    engine: &Engine,
    store: &dyn DynStore,
    work: &mut Work,
    stamp: Stamp,
    note: Note<'_>,
) -> Result<After, Error> {
    let live = work.take_live()?;
    let mut changes = assemble(engine, Select::All, Wipe::Nothing, stamp, &mut work.diff, &live.record)?;
    let is_alone = changes.fields.is_empty() && stamp.expires.is_none();
    changes.meta.issued = Some(work.now);
    let mut id = NewId::renewed(engine, work.now.after(engine.lifetimes.grace));
    // nothing was moved yet: where the owner's index cannot have the new id, there is none now
    if let Err(error) = id.ready(&live, &mut changes).await {
        if error.is_unavailable() {
            engine.reporter.tell(Some(&live.key), Happened::RenewalFailed { error: &error });
        }
        if stamp.expires.is_none() {
            // another request may be renewing the id: the browser needs no cookie that takes the place of that one's
            work.plan.cookie = CookiePlan::Leave;
        }
    } else {
        note(Some(Arc::new(changes.clone())));
        let upgrade = work.upgrade.as_deref();
        let error = match move_record(engine, store, &live, &mut changes, upgrade, work.now, &mut id).await {
            Ok(new) => {
                note(None);
                work.upgrade = None;
                work.renewed = true;
                return Ok(After::Live(new));
            }
            Err(error) => error,
        };
        match error.kind() {
            // it may have been done: the note stays
            Kind::Unavailable if is_alone => {
                engine.reporter.tell(Some(&live.key), Happened::RenewalFailed { error: &error });
                return Ok(After::Unchanged);
            }
            Kind::Unavailable => return Err(error),
            Kind::Gone | Kind::Full | Kind::NoEntropy => note(None),
            _ => {
                note(None);
                return Err(error);
            }
        }
    }
    if is_alone {
        let seen = stamp.last_seen.unwrap_or(live.record.meta().last_seen);
        work.live = Some(live);
        return Ok(touch(engine, store, work, seen).await);
    }
    changes.meta.issued = None;
    changes.meta.renewed = None;
    work.live = Some(live);
    store_changes(engine, store, work, Arc::new(changes), note).await
}
