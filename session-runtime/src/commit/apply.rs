//! Carries out a plan: at most one store call, and what the response says about the cookie.

use std::sync::Arc;
use std::time::Duration;

use super::diff::{Changed, Class, Diff};
use super::plan::{CookiePlan, Intents, Op, Plan, Select, Stamp, Wipe};
use super::{limit, merge, sealed};
use crate::changes::{Changes, FieldChange};
use crate::clock::Timestamp;
use crate::engine::{Engine, Place, TOMBSTONE};
use crate::error::{Error, Kind};
use crate::event;
use crate::owners::{self, Arrival, Newcomer};
use crate::record::{Meta, MetaChange, OpId, Record};
use crate::store::{Created, DynStore, Rotated, Touched, Updated};
use crate::token::{Key, Slot, Token};

/// How often a new id is tried when the store already has one of that name (S3). With 256 random bits once is enough; a
/// second collision means that the random source is broken.
const TRIES: usize = 3;

/// A live session as a request knows it.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) token: Token,
    pub(crate) key: Key,
    pub(crate) record: Arc<Record>,
    /// It came in a cookie under an older key, and is to leave in one under the newest (S59).
    pub(crate) stale: bool,
}

/// What is to be committed.
pub(crate) struct Work {
    pub(crate) plan: Plan,
    /// What the plan was made from, beside the diff.
    pub(crate) intents: Intents,
    pub(crate) diff: Diff,
    pub(crate) live: Option<Live>,
    /// Sessions that an explicit logout ends although the request may not use them.
    pub(crate) unusable: Vec<Key>,
    pub(crate) turn: Turn,
    pub(crate) now: Timestamp,
}

/// Whether the request goes on after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It may change and commit more, so it must know the record as it is after this commit.
    Further,
    /// Nothing follows.
    Last,
}

/// What was committed.
pub(crate) struct Done {
    pub(crate) standing: After,
    /// The `Set-Cookie` value that the response must carry.
    pub(crate) cookie: Option<String>,
}

/// What the request's session is after the commit.
pub(crate) enum After {
    /// What it was before; nothing was sent.
    Unchanged,
    /// Alive, with these changes.
    Live(Live),
    /// Ended.
    Ended,
}

/// Is told of a write before it is sent, and that its answer came.
pub(crate) type Note<'a> = &'a (dyn Fn(Option<Arc<Changes>>) + Send + Sync);

/// Carries out `work`.
///
/// # Errors
/// The store failed, or the session is no longer there to be changed. Nothing was stored then.
pub(crate) async fn apply(engine: &Engine, work: &mut Work, note: Note<'_>) -> Result<Done, Error> {
    let store = match &engine.place {
        Place::Server(store) => &**store,
        Place::Cookie(jar) => return Box::pin(sealed::apply(engine, jar, work)).await,
    };
    let standing = match work.plan.op {
        Op::Nothing => After::Unchanged,
        Op::Refuse => return Err(Error::new(Kind::Gone)),
        Op::Create(stamp) => {
            let record = first(engine, stamp, &work.diff, work.now)?;
            After::Live(create(engine, store, record).await?)
        }
        Op::Delete => delete(engine, store, work).await?,
        Op::Update { select, stamp } => update(engine, store, work, select, stamp, note).await?,
        Op::Touch => touch(engine, store, work).await,
        Op::Rotate { select, wipe, stamp } => {
            let live = work.take_live()?;
            let changes = assemble(engine, select, wipe, stamp, &mut work.diff, &live.record)?;
            let dropped = work.diff.summary.dropped;
            // on the heap, so that the more frequent operations have a small future
            Box::pin(rotate(engine, store, &changes, live, work.now, dropped)).await?
        }
    };
    let cookie = match (work.plan.cookie, &standing) {
        (CookiePlan::Remove, _) => Some(engine.cookie.remove()),
        (CookiePlan::Set, After::Live(live)) => Some(set_cookie(engine, live, work.now)),
        (CookiePlan::Set, After::Ended) if matches!(work.plan.op, Op::Rotate { .. }) => {
            Some(engine.cookie.remove())
        }
        (CookiePlan::Set | CookiePlan::Leave, _) => None,
    };
    Ok(Done { standing, cookie })
}

impl Work {
    /// A plan for a live session is made only for one; without one there is nothing to change.
    pub(super) fn take_live(&mut self) -> Result<Live, Error> {
        self.live.take().ok_or_else(|| Error::new(Kind::Gone))
    }
}

async fn delete(engine: &Engine, store: &dyn DynStore, work: &mut Work) -> Result<After, Error> {
    let until = work.now.after(TOMBSTONE);
    if work.live.is_none() && work.unusable.is_empty() {
        // more cookies than anybody looks at: which of them to end, nobody can say (T8)
        return Err(Error::new(Kind::Conflict));
    }
    for key in work.live.iter().map(|live| live.key).chain(work.unusable.drain(..)) {
        engine.ask(store.delete(&key, until)).await?;
    }
    left(engine, work.live.as_ref()).await;
    Ok(After::Ended)
}

/// The session has ended: its owner has one less. That is no reason to fail a logout.
pub(super) async fn left(engine: &Engine, live: Option<&Live>) {
    if let Some(live) = live
        && let Some(owner) = &live.record.meta().owner
    {
        Box::pin(owners::leave(engine, owner, &live.key)).await;
    }
}

async fn update(
    engine: &Engine,
    store: &dyn DynStore,
    work: &mut Work,
    select: Select,
    stamp: Stamp,
    note: Note<'_>,
) -> Result<After, Error> {
    let live = work.take_live()?;
    let changes = Arc::new(assemble(engine, select, Wipe::Nothing, stamp, &mut work.diff, &live.record)?);
    if stamp.expires.is_some()
        && let Some(arrival) = arrival(engine, &changes, &live)
    {
        Box::pin(owners::prolong(engine, &arrival, &live.key)).await?;
    }
    note(Some(Arc::clone(&changes)));
    let updated = match engine.ask(store.update(&live.key, &changes)).await? {
        // on the heap, for the same reason
        Updated::Conflict if changes.can_merge() => {
            Box::pin(merge::update(engine, store, &live.key, &changes)).await?
        }
        updated => updated,
    };
    note(None);
    match updated {
        Updated::Applied if work.turn == Turn::Further || work.plan.cookie == CookiePlan::Set => {
            Ok(After::Live(Live { record: sent(&changes, live.record), ..live }))
        }
        Updated::Applied => Ok(After::Live(live)),
        Updated::Conflict => Err(Error::new(Kind::Conflict)),
        Updated::TooLarge { bytes } => Err(limit::too_large(&changes, bytes)),
        Updated::Gone if work.diff.summary.changed => Err(Error::new(Kind::Gone)),
        // it only showed a message: nothing is lost
        Updated::Gone => Ok(After::Ended),
    }
}

async fn touch(engine: &Engine, store: &dyn DynStore, work: &mut Work) -> After {
    let Some(live) = work.live.take() else { return After::Ended };
    match engine.ask(store.touch(&live.key, work.now)).await {
        Ok(Touched::Touched) => After::Live(live),
        Ok(Touched::Gone) => After::Ended,
        Err(error) => {
            // the handler's answer is right; only the session may end earlier
            event::touch_failed(engine.types.root, &error.into());
            After::Unchanged
        }
    }
}

/// The record of a new session.
pub(super) fn first(
    engine: &Engine,
    stamp: Stamp,
    diff: &Diff,
    now: Timestamp,
) -> Result<Arc<Record>, Error> {
    let blank = Meta::new(now, engine.lifetimes.idle, now.after(engine.lifetimes.absolute));
    let meta = meta_change(stamp, diff).apply(&blank, OpId::next());
    // where nothing was loaded nothing is removed: the new values are the record
    let fields = diff.values.to_fields();
    limit::check_new(&fields, engine.max_bytes)?;
    Ok(Arc::new(Record::new(meta, fields)))
}

async fn create(engine: &Engine, store: &dyn DynStore, record: Arc<Record>) -> Result<Live, Error> {
    let mut newcomer = Arrival::of(engine, &record, None).map(|arrival| Newcomer::new(engine, arrival));
    for _ in 0..TRIES {
        let slot = if store.is_sharded() { Some(Slot::random(&*engine.entropy)?) } else { None };
        let (token, key) = next_id(engine, slot, newcomer.as_mut()).await?;
        match engine.ask(store.create(&key, Arc::clone(&record))).await? {
            Created::Created => return Ok(Live { token, key, record, stale: false }),
            Created::Exists => taken(newcomer.as_mut()).await?,
        }
    }
    Err(Error::new(Kind::NoEntropy))
}

/// A new id; one that is noted by now, if somebody owns the session.
async fn next_id(
    engine: &Engine,
    slot: Option<Slot>,
    newcomer: Option<&mut Newcomer<'_>>,
) -> Result<(Token, Key), Error> {
    if let Some(newcomer) = newcomer {
        return Box::pin(newcomer.id(slot)).await;
    }
    let token = Token::random(&*engine.entropy, slot)?;
    let key = token.key(&engine.purpose);
    Ok((token, key))
}

async fn taken(newcomer: Option<&mut Newcomer<'_>>) -> Result<(), Error> {
    match newcomer {
        Some(newcomer) => Box::pin(newcomer.is_taken()).await,
        None => Ok(()),
    }
}

/// Whose session it is after these changes.
fn arrival(engine: &Engine, changes: &Changes, live: &Live) -> Option<Arrival> {
    let before = live.record.meta();
    let after = changes.meta.apply(before, changes.op);
    Arrival::with(engine, &after, &live.record, Some((&live.key, before)))
}

async fn rotate(
    engine: &Engine,
    store: &dyn DynStore,
    changes: &Changes,
    live: Live,
    now: Timestamp,
    dropped: bool,
) -> Result<After, Error> {
    let until = now.after(TOMBSTONE);
    let mut newcomer = arrival(engine, changes, &live).map(|arrival| Newcomer::new(engine, arrival));
    if let Some(newcomer) = &mut newcomer
        && let Err(error) = newcomer.id(live.key.slot()).await
    {
        // a privilege that was given up must not last because an index cannot be written: then all of it ends
        if dropped && error.is_unavailable() {
            engine.ask(store.delete(&live.key, until)).await?;
            return Ok(After::Ended);
        }
        return Err(error);
    }
    let moved = moved(engine, store, &live.key, changes, until, newcomer.as_mut()).await;
    let (token, key) = match newcomer {
        Some(newcomer) => newcomer.settle(moved).await?,
        None => moved?,
    };
    if changes.meta.owner.is_some() {
        left(engine, Some(&live)).await;
    }
    Ok(After::Live(Live { token, key, record: sent(changes, live.record), stale: false }))
}

async fn moved(
    engine: &Engine,
    store: &dyn DynStore,
    old: &Key,
    changes: &Changes,
    until: Timestamp,
    mut newcomer: Option<&mut Newcomer<'_>>,
) -> Result<(Token, Key), Error> {
    let mut moved = rename(engine, store, old, changes, until, newcomer.as_deref_mut()).await?;
    if moved.is_none() && changes.can_merge() {
        moved = merge::rotate(engine, store, old, changes, until, newcomer).await?;
    }
    moved.ok_or_else(|| Error::new(Kind::Conflict))
}

/// Moves the record to a new id; `None` if a policy refuses.
pub(super) async fn rename(
    engine: &Engine,
    store: &dyn DynStore,
    old: &Key,
    changes: &Changes,
    until: Timestamp,
    mut newcomer: Option<&mut Newcomer<'_>>,
) -> Result<Option<(Token, Key)>, Error> {
    for _ in 0..TRIES {
        let (token, key) = next_id(engine, old.slot(), newcomer.as_deref_mut()).await?;
        match engine.ask(store.rotate(old, &key, changes, until)).await? {
            Rotated::Rotated => return Ok(Some((token, key))),
            Rotated::Conflict => return Ok(None),
            Rotated::TooLarge { bytes } => return Err(limit::too_large(changes, bytes)),
            Rotated::Gone => return Err(Error::new(Kind::Gone)),
            Rotated::Exists => taken(newcomer.as_deref_mut()).await?,
        }
    }
    Err(Error::new(Kind::NoEntropy))
}

/// The record as this request knows it now: what it loaded, with what it sent. What others changed meanwhile is not in it,
/// so that a later commit of this request still meets their changes as theirs.
pub(crate) fn sent(changes: &Changes, loaded: Arc<Record>) -> Arc<Record> {
    changes.merge(&loaded).map_or(loaded, Arc::new)
}

pub(super) fn assemble(
    engine: &Engine,
    select: Select,
    wipe: Wipe,
    stamp: Stamp,
    diff: &mut Diff,
    base: &Arc<Record>,
) -> Result<Changes, Error> {
    let decoded = if select == Select::All && wipe == Wipe::Nothing { diff.decoded.take() } else { None };
    let meta = match select {
        Select::All | Select::Surviving => meta_change(stamp, diff),
        Select::DroppedPrivileges | Select::None => meta_change(stamp, &Diff::default()),
    };
    let fields: Vec<FieldChange> =
        diff.changes.drain(..).filter(|changed| is_selected(changed, select)).map(|c| c.change).collect();
    let values = std::mem::take(&mut diff.values);
    let wipe = match wipe {
        Wipe::Nothing => None,
        Wipe::OwnerChanged => Some(Arc::clone(&engine.types.keep)),
        Wipe::Restarted => Some(Arc::from([])),
    };
    // what gives up a privilege puts a default in its place: it must not fail because that is longer
    let max_bytes = if select == Select::DroppedPrivileges { usize::MAX } else { engine.max_bytes };
    let base = Some(Arc::clone(base));
    let changes = Changes { op: OpId::next(), base, fields, values, wipe, meta, max_bytes, decoded };
    limit::check(&changes)?;
    Ok(changes)
}

fn is_selected(changed: &Changed, select: Select) -> bool {
    match (select, changed.class) {
        (Select::All, _) | (Select::Surviving, Class::Keep | Class::Privilege { .. } | Class::Notice) => true,
        (Select::DroppedPrivileges, Class::Privilege { dropped }) => dropped,
        (Select::Surviving | Select::DroppedPrivileges | Select::None, _) => false,
    }
}

fn meta_change(stamp: Stamp, diff: &Diff) -> MetaChange {
    MetaChange {
        authenticated: stamp.authenticated,
        last_seen: stamp.last_seen,
        idle: stamp.idle,
        expires: stamp.expires,
        remembered: stamp.remembered,
        owner: diff.owner.clone(),
    }
}

fn set_cookie(engine: &Engine, live: &Live, now: Timestamp) -> String {
    engine.cookie.set(&live.token, max_age(engine, live.record.meta(), now))
}

/// How long the browser is to keep the cookie, if it outlives the browser's closing.
pub(super) fn max_age(engine: &Engine, meta: &Meta, now: Timestamp) -> Option<Duration> {
    let persistent = engine.lifetimes.persistent || meta.remembered;
    // a request that sends a cookie is activity, whether the record says so yet or not (S44)
    persistent.then(|| meta.expires.min(now.after(meta.idle)).since(now))
}
