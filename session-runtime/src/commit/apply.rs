//! Carries out a plan: at most one store call, and what the response says about the cookie.

use std::sync::Arc;
use std::time::Duration;

use super::diff::{Changed, Class, Diff};
use super::plan::{CookiePlan, Intents, Lifetimes, Op, Plan, Select, Stamp, Wipe};
use super::{limit, merge, moving, renewal, sealed};
use crate::changes::{Changes, FieldChange};
use crate::clock::Timestamp;
use crate::engine::{Engine, Place, TOMBSTONE};
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::owners::{self, Arrival, Newcomer};
use crate::record::{Meta, MetaChange, OpId, Record};
use crate::schema::Upgrade;
use crate::store::{Created, DynStore, Touched, Updated};
use crate::token::{Key, Slot, Token};

/// How often a new id is tried when the store already has one of that name (S3). With 256 random bits once is enough; a
/// second collision means that the random source is broken.
pub(super) const TRIES: usize = 3;

/// A live session as a request knows it.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) token: Token,
    pub(crate) key: Key,
    pub(crate) record: Arc<Record>,
    /// The browser has an older cookie of it: one under an older key (S59), or with the id from before a renewal (S24).
    pub(crate) stale: bool,
}

/// What is to be committed.
pub(crate) struct Work {
    pub(crate) plan: Plan,
    /// What the plan was made from, beside the diff.
    pub(crate) intents: Intents,
    pub(crate) diff: Diff,
    pub(crate) live: Option<Live>,
    /// The record was migrated for this request. What writes fields writes that, too, and takes this.
    pub(crate) upgrade: Option<Arc<Upgrade>>,
    /// The id was renewed by this request, and not by another one.
    pub(crate) renewed: bool,
    /// Sessions that an explicit logout ends although the request may not use them.
    pub(crate) unusable: Vec<Key>,
    pub(crate) turn: Turn,
    pub(crate) now: Timestamp,
    /// The id that a new session or a rotated one gets, where it is promised to somebody already.
    pub(crate) next: Option<Box<Token>>,
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
    let mut standing = match work.plan.op {
        Op::Nothing if work.plan.cookie != CookiePlan::Set => After::Unchanged,
        Op::Refuse => return Err(Error::new(Kind::Gone)),
        Op::Create(stamp) => {
            let record = first(engine, stamp, &mut work.diff, work.now)?;
            After::Live(create(engine, store, record, work.next.take()).await?)
        }
        Op::Delete => delete(engine, store, work).await?,
        Op::Update { select, stamp } => update(engine, store, work, select, stamp, note).await?,
        // also where only a newer cookie is to be sent: not if the session has ended meanwhile (T2)
        Op::Touch | Op::Nothing => {
            let recorded = work.live.as_ref().filter(|_| work.plan.op == Op::Nothing);
            let seen = recorded.map_or(work.now, |live| live.record.meta().last_seen);
            touch(engine, store, work, seen).await
        }
        Op::Rotate { select, wipe, stamp } => {
            let live = work.take_live()?;
            let changes = assemble(engine, select, wipe, stamp, &mut work.diff, &live.record)?;
            // on the heap, so that the more frequent operations have a small future
            Box::pin(moving::rotate(engine, store, changes, live, work)).await?
        }
        Op::Renew(stamp) => Box::pin(renewal::renew(engine, store, work, stamp, note)).await?,
    };
    let cookie = match (work.plan.cookie, &mut standing) {
        (CookiePlan::Remove, _) => Some(engine.cookie.remove()),
        (plan, After::Live(live)) if plan == CookiePlan::Set || live.stale => {
            live.stale = false;
            Some(set_cookie(engine, live, work.now))
        }
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
        && let Some(owner) = owners::whose(live.record.meta())
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
    let base = &work.live.as_ref().ok_or_else(|| Error::new(Kind::Gone))?.record;
    let changes = assemble(engine, select, Wipe::Nothing, stamp, &mut work.diff, base)?;
    store_changes(engine, store, work, Arc::new(changes), note).await
}

/// Stores the changes, where the session is now. It stays in `work`, so that this future is small.
pub(super) async fn store_changes(
    engine: &Engine,
    store: &dyn DynStore,
    work: &mut Work,
    changes: Arc<Changes>,
    note: Note<'_>,
) -> Result<After, Error> {
    if changes.meta.expires.is_some() {
        Box::pin(prolong(engine, work.live.as_ref(), &changes)).await?;
    }
    let mut updated = send(engine, store, work, &changes, note).await?;
    if updated == Updated::Gone && Box::pin(renewal::follow(engine, store, work)).await? {
        updated = Box::pin(send(engine, store, work, &changes, note)).await?;
    }
    let live = work.take_live()?;
    if updated == Updated::Applied {
        work.upgrade = None;
    }
    match updated {
        Updated::Applied
            if work.turn == Turn::Further || work.plan.cookie == CookiePlan::Set || live.stale =>
        {
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

/// The index of an owner says for how long each session is to be known.
async fn prolong(engine: &Engine, live: Option<&Live>, changes: &Changes) -> Result<(), Error> {
    let arrival = live.and_then(|live| Some((moving::arrival(engine, changes, live)?, live)));
    match arrival {
        Some((arrival, live)) => owners::prolong(engine, &arrival, &live.key).await,
        None => Ok(()),
    }
}

/// `Store::update`, and merging where the store leaves that to the core.
async fn send(
    engine: &Engine,
    store: &dyn DynStore,
    work: &Work,
    changes: &Arc<Changes>,
    note: Note<'_>,
) -> Result<Updated, Error> {
    let Some(live) = &work.live else { return Ok(Updated::Gone) };
    note(Some(Arc::clone(changes)));
    let migrating = work.upgrade.as_ref().map(|upgrade| Arc::new(upgrade.with(changes)));
    let updated = match engine.ask(store.update(&live.key, migrating.as_ref().unwrap_or(changes))).await? {
        // on the heap, for the same reason
        Updated::Conflict => Box::pin(merge::update(engine, store, &live.key, changes)).await?,
        updated => updated,
    };
    note(None);
    Ok(updated)
}

/// Records activity at `seen`. With what is recorded already, this only asks whether the session is still there.
pub(super) async fn touch(engine: &Engine, store: &dyn DynStore, work: &mut Work, seen: Timestamp) -> After {
    let Some(Live { key, .. }) = work.live else { return After::Ended };
    let mut touched = engine.ask(store.touch(&key, seen)).await;
    if let Ok(Touched::Gone) = touched {
        touched = Box::pin(renewal::touch_there(engine, store, work, seen)).await;
    }
    match (touched, work.live.take()) {
        // a request that goes on must not record the same activity with its next commit
        (Ok(Touched::Touched), Some(live)) if work.turn == Turn::Further => {
            let mut meta = live.record.meta().clone();
            meta.last_seen = meta.last_seen.max(seen);
            After::Live(Live { record: Arc::new(live.record.with_meta(meta)), ..live })
        }
        (Ok(Touched::Touched), Some(live)) => After::Live(live),
        (Ok(Touched::Touched | Touched::Gone), _) => After::Ended,
        (Err(error), _) => {
            // the handler's answer is right; only the session may end earlier
            engine.reporter.tell(Some(&key), Happened::TouchFailed { error: &error.into() });
            After::Unchanged
        }
    }
}

/// The id of a new session.
pub(crate) fn new_id(engine: &Engine) -> Result<Token, Error> {
    let sharded = matches!(&engine.place, Place::Server(store) if store.is_sharded());
    let slot = if sharded { Some(Slot::random(&*engine.entropy)?) } else { None };
    Ok(Token::random(&*engine.entropy, slot)?)
}

/// The record of a new session.
pub(super) fn first(
    engine: &Engine,
    stamp: Stamp,
    diff: &mut Diff,
    now: Timestamp,
) -> Result<Arc<Record>, Error> {
    let Lifetimes { idle, absolute, .. } = engine.lifetimes;
    let expires = stamp.expires.unwrap_or_else(|| now.after(absolute));
    let mut meta = Meta::new(now, stamp.idle.unwrap_or(idle), expires);
    meta.authenticated = stamp.authenticated.flatten();
    meta.remembered = stamp.remembered.unwrap_or(false);
    meta.owner = diff.owner.take().flatten();
    meta.schema = engine.types.schema.version();
    meta.last_op = OpId::next();
    // where nothing was loaded nothing is removed: the new values are the record
    let fields = diff.values.to_fields();
    limit::check_new(&fields, engine.max_bytes)?;
    Ok(Arc::new(Record::new(meta, fields)))
}

async fn create(
    engine: &Engine,
    store: &dyn DynStore,
    record: Arc<Record>,
    mut next: Option<Box<Token>>,
) -> Result<Live, Error> {
    let mut newcomer = Newcomer::of(Arrival::of(engine, &record, None));
    for _ in 0..TRIES {
        let token = match next.take() {
            Some(promised) => *promised,
            None => new_id(engine)?,
        };
        let key = token.key(&engine.purpose);
        newcomer.note(engine, &key).await?;
        let created = engine.ask(store.create(&key, Arc::clone(&record))).await;
        match newcomer.settle(engine, created).await? {
            Created::Created => return Ok(Live { token, key, record, stale: false }),
            Created::Exists => newcomer.is_taken(engine).await?,
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
    let changes =
        Changes { op: OpId::next(), base, fields, values, wipe, exact: false, meta, max_bytes, decoded };
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
        issued: None,
        renewed: None,
        authenticated: stamp.authenticated,
        last_seen: stamp.last_seen,
        idle: stamp.idle,
        expires: stamp.expires,
        remembered: stamp.remembered,
        owner: diff.owner.clone(),
        schema: None,
    }
}

pub(super) fn set_cookie(engine: &Engine, live: &Live, now: Timestamp) -> String {
    engine.cookie.set(&live.token, max_age(engine, live.record.meta(), now))
}

/// How long the browser is to keep the cookie, if it outlives the browser's closing.
pub(super) fn max_age(engine: &Engine, meta: &Meta, now: Timestamp) -> Option<Duration> {
    let persistent = engine.lifetimes.persistent || meta.remembered;
    // a request that sends a cookie is activity, whether the record says so yet or not (S44)
    persistent.then(|| meta.expires.min(now.after(meta.idle)).since(now))
}
