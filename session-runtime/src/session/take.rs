//! One-time codes and coupons: taken by exactly one request.

use std::sync::Arc;

use super::Session;
use super::lasting;
use super::slot::Slot;
use crate::changes::{Changes, FieldChange, Merge};
use crate::codec;
use crate::commit::apply::Live;
use crate::commit::diff::{Context, Diff};
use crate::commit::limit;
use crate::commit::plan::OwnerChange;
use crate::commit::reindex;
use crate::commit::renewal::overtaken;
use crate::data::SessionData;
use crate::engine::Place;
use crate::error::{Error, Kind};
use crate::record::{MetaChange, OpId, Record};
use crate::store::{DynStore, Found, Key, Updated};

/// How often a take meets another request's write before it gives up. Each of those writes succeeded, so others progress.
const TRIES: usize = 16;

impl<S: SessionData> Session<S> {
    /// Takes something out of the stored session, so that no other request gets it too.
    ///
    /// `take` is run on the value as stored, without this request's own changes, and returns what it took, or `None` if
    /// there is nothing to take. What it changed is compared and replaced in the store before this returns; if another
    /// request changed one of those fields meanwhile, `take` is run again on the newer value.
    ///
    /// `None` where there is no session. What `take` takes from must not have changes of this request that are not committed
    /// yet; and if a running `&mut T` handler changes the same field in its copy, the request is answered with 409, since
    /// its copy still holds what was taken. (Keys of `extra` are fields of their own in this.)
    ///
    /// # Errors
    /// [`Error::is_gone`] if the session ended meanwhile, [`Error::is_unavailable`] if the store does not answer,
    /// [`Error::is_conflict`] if others change the same fields without pause, [`Error::is_too_large`] if `take` puts in more than
    /// it takes and the session grows beyond its limit. `take` must not change an `owner` or
    /// `privileged` field: [`Error::is_config`].
    ///
    /// ```
    /// # use session_runtime::{Session, session, with_session};
    /// #[session]
    /// struct Checkout {
    ///     coupon: Option<String>,
    /// }
    ///
    /// #[with_session]
    /// async fn redeem(session: &Checkout, handle: Session<Checkout>) -> String {
    ///     match handle.take_once(|stored| stored.coupon.take()).await {
    ///         Ok(Some(coupon)) => format!("redeemed {coupon}"),
    ///         Ok(None) => "nothing to redeem".to_owned(),
    ///         Err(_) => "try again".to_owned(),
    ///     }
    /// }
    /// ```
    pub async fn take_once<T>(&self, take: impl Fn(&mut S) -> Option<T> + Send) -> Result<Option<T>, Error>
    where
        T: Send,
    {
        self.take(take).await.map_err(|error| self.cell.told(error))
    }

    async fn take<T: Send>(&self, take: impl Fn(&mut S) -> Option<T> + Send) -> Result<Option<T>, Error> {
        let Place::Server(store) = &self.cell.engine.place else {
            let why = "`take_once` needs a store on the server: an older copy of a cookie still holds what was taken";
            return Err(Error::config(why));
        };
        let _io = self.cell.exclusive().await;
        self.cell.check_proved()?;
        let Some(Live { mut key, record: mut stored, .. }) = self.cell.live() else { return Ok(None) };
        let mut upgrade = self.cell.upgrade();
        let engine = &*self.cell.engine;
        if upgrade.as_ref().is_some_and(|upgrade| reindex::is_due(engine, upgrade)) {
            return Err(Error::new(Kind::Unavailable));
        }
        for _ in 0..TRIES {
            let Some(before) = codec::decode::<S>(&stored, &key, engine) else { return Ok(None) };
            let before = lasting::as_of(Arc::new(before), &*engine.clock);
            let mut after = before.duplicate();
            let Some(taken) = take(&mut after) else { return Ok(None) };
            lasting::begin(&*before, &mut after, &*engine.clock);
            if engine.now() >= stored.meta().expires {
                return Err(Error::new(Kind::Gone));
            }
            let changes = self.compare_and_set(&before, &after, &stored)?;
            let migrating = upgrade.as_ref().map(|upgrade| upgrade.with(&changes));
            match engine.ask(store.update(&key, migrating.as_ref().unwrap_or(&changes))).await? {
                Updated::Applied => {
                    self.follow(&before, &after, changes);
                    return Ok(Some(taken));
                }
                Updated::Gone => key = self.overtaken(&**store).await?,
                Updated::TooLarge { bytes } => return Err(limit::too_large(&changes, bytes)),
                Updated::Conflict => match engine.ask(store.load(&key)).await? {
                    Found::Record(record) if engine.now() < record.meta().deadline() => {
                        upgrade =
                            engine.types.schema.upgrade(&record).map_err(|_| Error::new(Kind::Conflict))?;
                        if upgrade.as_ref().is_some_and(|upgrade| reindex::is_due(engine, upgrade)) {
                            return Err(Error::new(Kind::Conflict));
                        }
                        stored = upgrade.as_ref().map_or(record, |upgrade| Arc::clone(&upgrade.record));
                    }
                    Found::Record(_) => return Err(Error::new(Kind::Gone)),
                    Found::Tombstone { .. } | Found::Nothing => key = self.overtaken(&**store).await?,
                },
            }
        }
        Err(Error::new(Kind::Conflict))
    }

    /// The session was renewed since this request loaded it: it goes on under that id.
    async fn overtaken(&self, store: &dyn DynStore) -> Result<Key, Error> {
        let gone = || Error::new(Kind::Gone);
        let live = self.cell.live().ok_or_else(gone)?;
        let moved = Box::pin(overtaken(&self.cell.engine, store, &live)).await?.ok_or_else(gone)?;
        let key = moved.key;
        self.cell.follow(moved);
        Ok(key)
    }

    /// The change from `before` to `after`, refused if one of its fields is no longer what `stored` says.
    fn compare_and_set(&self, before: &S, after: &S, stored: &Arc<Record>) -> Result<Changes, Error> {
        let mut diff = Diff::default();
        let context =
            Context { record: Some(stored), restart: false, claims: &self.cell.engine.types.claims };
        diff.add(before, after, &context);
        if let Some(error) = diff.error {
            return Err(error);
        }
        if diff.summary.privileged || diff.summary.owner != OwnerChange::Same {
            let why = "`take_once` cannot change an `owner` or `privileged` field: that rotates the id";
            return Err(Error::config(why));
        }
        if self.cell.with(|slot: &mut Slot<S>| slot.is_pending(before, after)) {
            return Err(Error::config(
                "`take_once` takes from a field that this request changed and did not save",
            ));
        }
        let fields = diff.changes.into_iter().map(|c| FieldChange { merge: Merge::Reject, ..c.change });
        Ok(Changes {
            op: OpId::next(),
            base: Some(Arc::clone(stored)),
            fields: fields.collect(),
            values: diff.values,
            wipe: None,
            exact: false,
            meta: MetaChange::default(),
            max_bytes: self.cell.engine.max_bytes,
            decoded: None,
        })
    }

    /// What was taken is gone for this request, too: from its value, and from what it compares later changes with.
    fn follow(&self, before: &S, after: &S, taken: Changes) {
        if let Some(live) = self.cell.live() {
            let own = Changes { base: Some(Arc::clone(&live.record)), ..taken };
            if let Ok(record) = own.merge(&live.record) {
                self.cell.rebase(Arc::new(record));
            }
        }
        self.cell.with(|slot: &mut Slot<S>| slot.taken(before, after));
    }
}
