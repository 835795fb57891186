//! Carries out a plan for a session that lives in its cookie: nothing is stored but what has ended.

use std::sync::Arc;

use super::apply::{After, Done, Live, Work, assemble, first, left, max_age, new_id};
use super::limit;
use super::moving::is_unwritten;
use super::plan::{CookiePlan, Op, Select, Stamp, Wipe};
use crate::changes::{Changes, Refusal};
use crate::clock::Timestamp;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::owners::{self, Arrival, Newcomer};
use crate::record::{Meta, Record, Renewal};
use crate::store::Jar;
use crate::token::{Key, Token};

/// What name, value and attributes of a cookie may take together, in bytes: RFC 6265bis, section 5.6 lets a browser drop
/// what has more (S37).
pub(crate) const MAX_COOKIE: usize = 4096;

/// [`apply`](super::apply::apply) where there is no store.
pub(super) async fn apply(engine: &Engine, jar: &Jar, work: &mut Work) -> Result<Done, Error> {
    match work.plan.op {
        Op::Nothing => nothing(engine, jar, work).await,
        Op::Refuse => Err(Error::new(Kind::Gone)),
        Op::Delete => delete(engine, jar, work).await,
        Op::Touch => {
            let live = work.take_live()?;
            let mut meta = live.record.meta().clone();
            meta.last_seen = meta.last_seen.max(work.now);
            let record = Arc::new(live.record.with_meta(meta));
            Ok(renew(engine, jar, Live { record, ..live }, work.now).await)
        }
        Op::Create(stamp) => {
            let record = first(engine, stamp, &mut work.diff, work.now)?;
            let token = promised_or_new(engine, work)?;
            let done = bake(engine, jar, token, record, work.now)?;
            coming(engine, arrival(engine, &done, None)).await?;
            Ok(done)
        }
        Op::Update { select, stamp } => {
            let live = work.take_live()?;
            let changes = assemble(engine, select, Wipe::Nothing, stamp, &mut work.diff, &live.record)?;
            update(engine, jar, work, live, &changes).await
        }
        Op::Renew(stamp) => renew_id(engine, jar, work, stamp).await,
        Op::Rotate { select, wipe, stamp } => {
            let live = work.take_live()?;
            let mut changes = assemble(engine, select, wipe, stamp, &mut work.diff, &live.record)?;
            changes.meta.issued = Some(work.now);
            move_to_new_id(engine, jar, work, &live, &changes, select).await
        }
    }
}

impl Work {
    /// Fields were written, and with them what a migration made.
    fn wrote(&mut self, done: Done) -> Done {
        self.upgrade = None;
        done
    }
}

/// The changed record in a cookie of a new id.
pub(super) async fn move_to_new_id(
    engine: &Engine,
    jar: &Jar,
    work: &mut Work,
    live: &Live,
    changes: &Changes,
    select: Select,
) -> Result<Done, Error> {
    // once more, if a renewal comes between
    for _ in 0..2 {
        if let Some(done) = rotate(engine, jar, work, live, changes, select).await? {
            return Ok(done);
        }
    }
    Err(Error::new(Kind::Gone))
}

/// The id of a new cookie: the one that is promised, if one is.
fn promised_or_new(engine: &Engine, work: &mut Work) -> Result<Token, Error> {
    match work.next.take() {
        Some(promised) => Ok(*promised),
        None => new_id(engine),
    }
}

/// The changed record in a cookie of a new id; `None` if another request ended the old one first.
async fn rotate(
    engine: &Engine,
    jar: &Jar,
    work: &mut Work,
    live: &Live,
    changes: &Changes,
    select: Select,
) -> Result<Option<Done>, Error> {
    let live = jar.going_on(engine, live.clone()).await?.ok_or_else(|| Error::new(Kind::Gone))?;
    let record = changed(changes, &live.record)?;
    // first whether there can be a new cookie, then the end of the old one
    let token = promised_or_new(engine, work)?;
    let new = token.key(&engine.purpose);
    let promised = Box::new(token.clone());
    let done = match bake(engine, jar, token, record, work.now) {
        // a privilege that was given up must not last because the rest does not fit: then all of it ends
        Err(error) if select == Select::DroppedPrivileges && error.is_too_large() => {
            return all_ends(engine, jar, &live, work.now).await.map(Some);
        }
        done => done?,
    };
    let mut newcomer = match coming(engine, arrival(engine, &done, Some(&live))).await {
        // nor because an index cannot be written
        Err(error) if work.diff.summary.dropped && is_unwritten(&error) => {
            return all_ends(engine, jar, &live, work.now).await.map(Some);
        }
        newcomer => newcomer?,
    };
    // of two that rotate at once, one ends the old id (S69)
    if !jar.rotate(engine, &live, &new, None, work.now).await? {
        newcomer.withdraw(engine).await;
        work.next = Some(promised);
        return Ok(None);
    }
    if let After::Live(after) = &done.standing
        && owners::whose(after.record.meta()) != owners::whose(live.record.meta())
    {
        left(engine, Some(&live)).await;
    }
    Ok(Some(work.wrote(done)))
}

async fn all_ends(engine: &Engine, jar: &Jar, live: &Live, now: Timestamp) -> Result<Done, Error> {
    jar.end(engine, &live.key, Some(&live.record), now).await?;
    Ok(Done { standing: After::Ended, cookie: Some(engine.cookie.remove()) })
}

/// The changed record in a cookie of a renewed id (S24), or, if another request renewed it first, of that one's. That the id
/// cannot be renewed is no reason to fail a request that changes nothing.
async fn renew_id(engine: &Engine, jar: &Jar, work: &mut Work, stamp: Stamp) -> Result<Done, Error> {
    let live = work.take_live()?;
    let changes = assemble(engine, Select::All, Wipe::Nothing, stamp, &mut work.diff, &live.record)?;
    let is_alone = changes.fields.is_empty() && stamp.expires.is_none();
    let key = live.key;
    let can_wait =
        |error: &Error| matches!(error.kind(), Kind::Full | Kind::NoEntropy | Kind::TooLarge { .. });
    let done = match try_to_renew(engine, jar, &live, &changes, work.now).await {
        Ok(Renewed::Done(done)) => {
            work.renewed = true;
            return Ok(work.wrote(*done));
        }
        Err(error) if !can_wait(&error) => Err(error),
        Ok(Renewed::Unnoted(error)) if is_alone => Err(error),
        // another request was first, or there is no room for a new id, and may be for everything else
        Ok(_) | Err(_) => update(engine, jar, work, live, &changes).await,
    };
    match done {
        Err(error) if is_alone => {
            // of two that renew at once, one is first: nothing failed
            if !error.is_conflict() {
                engine.reporter.tell(Some(&key), Happened::RenewalFailed { error: &error });
            }
            Ok(Done { standing: After::Unchanged, cookie: None })
        }
        done => done,
    }
}

/// What a renewal came to, unless it failed.
enum Renewed {
    Done(Box<Done>),
    /// The id has ended, mostly because another request renewed it.
    Overtaken,
    /// The index of the owner could not have the new id.
    Unnoted(Error),
}

async fn try_to_renew(
    engine: &Engine,
    jar: &Jar,
    live: &Live,
    changes: &Changes,
    now: Timestamp,
) -> Result<Renewed, Error> {
    if jar.has_ended(engine, live).await? {
        return Ok(Renewed::Overtaken);
    }
    let nonce = *Token::random(&*engine.entropy, None)?.id();
    let token = live.token.renewed(&nonce);
    let new = token.key(&engine.purpose);
    let renewal = Renewal { from: live.key, nonce, until: now.after(engine.lifetimes.grace) };
    let record = changed(changes, &live.record)?;
    let meta = Meta { issued: now, ..record.meta().clone() };
    let done = bake(engine, jar, token, Arc::new(record.with_meta(meta)), now)?;
    let arrival = arrival(engine, &done, Some(live)).map(|(arrival, key)| (arrival.by_renewal(), key));
    let mut newcomer = match coming(engine, arrival).await {
        Ok(newcomer) => newcomer,
        Err(error) if error.is_gone() => return Ok(Renewed::Overtaken),
        Err(error) => return Ok(Renewed::Unnoted(error)),
    };
    if jar.rotate(engine, live, &new, Some(&renewal), now).await? {
        return Ok(Renewed::Done(Box::new(done)));
    }
    newcomer.withdraw(engine).await;
    Ok(Renewed::Overtaken)
}

/// What became of a session for which an earlier save of the request made a cookie.
pub(crate) enum Confirmed {
    Good,
    Ended,
    /// It goes on under another id: in this cookie.
    Renewed(String),
}

/// Asks for that before the cookie is sent. What cannot be known is not: a cookie of what has ended is dead wherever it is
/// presented.
pub(crate) async fn confirm(engine: &Engine, jar: &Jar, live: Live) -> Confirmed {
    let key = live.key;
    match jar.going_on(engine, live).await {
        Ok(None) => Confirmed::Ended,
        Ok(Some(moved)) if moved.key != key => {
            let done = bake(engine, jar, moved.token, moved.record, engine.now());
            done.ok().and_then(|done| done.cookie).map_or(Confirmed::Ended, Confirmed::Renewed)
        }
        Ok(Some(_)) | Err(_) => Confirmed::Good,
    }
}

/// The changed record in a cookie, under the id that the session has now.
async fn update(
    engine: &Engine,
    jar: &Jar,
    work: &mut Work,
    live: Live,
    changes: &Changes,
) -> Result<Done, Error> {
    match jar.going_on(engine, live).await? {
        Some(live) => {
            let record = changed(changes, &live.record)?;
            let done = bake(engine, jar, live.token.clone(), record, work.now)?;
            if changes.meta.expires.is_some()
                && let Some((arrival, key)) = arrival(engine, &done, Some(&live))
            {
                Box::pin(owners::prolong(engine, &arrival, &key)).await?;
            }
            Ok(work.wrote(done))
        }
        None if work.diff.summary.changed => Err(Error::new(Kind::Gone)),
        None => Ok(ended()),
    }
}

/// Nothing is to be written, unless the cookie is under an older key: then it leaves under the newest (S59).
async fn nothing(engine: &Engine, jar: &Jar, work: &mut Work) -> Result<Done, Error> {
    match work.plan.cookie {
        CookiePlan::Leave => Ok(Done { standing: After::Unchanged, cookie: None }),
        CookiePlan::Remove => Ok(Done { standing: After::Unchanged, cookie: Some(engine.cookie.remove()) }),
        CookiePlan::Set => {
            let live = work.take_live()?;
            Ok(renew(engine, jar, live, work.now).await)
        }
    }
}

async fn delete(engine: &Engine, jar: &Jar, work: &mut Work) -> Result<Done, Error> {
    if work.live.is_none() && work.unusable.is_empty() {
        // more cookies than anybody looks at: which of them to end, nobody can say (T8)
        return Err(Error::new(Kind::Conflict));
    }
    if let Some(live) = &work.live {
        jar.end(engine, &live.key, Some(&live.record), work.now).await?;
    }
    for key in work.unusable.drain(..) {
        jar.end(engine, &key, None, work.now).await?;
    }
    left(engine, work.live.as_ref()).await;
    let cookie = (work.plan.cookie == CookiePlan::Remove).then(|| engine.cookie.remove());
    Ok(Done { standing: After::Ended, cookie })
}

/// Whose session it is that a cookie was made for, and its key.
fn arrival(engine: &Engine, done: &Done, before: Option<&Live>) -> Option<(Arrival, Key)> {
    let After::Live(live) = &done.standing else { return None };
    let old = before.map(|before| (&before.key, before.record.meta()));
    Some((Arrival::of(engine, &live.record, old)?, live.key))
}

/// Notes that the session of this cookie comes, if somebody owns it. Before the cookie leaves, and before the old id ends.
async fn coming(engine: &Engine, arrival: Option<(Arrival, Key)>) -> Result<Newcomer, Error> {
    let Some((arrival, key)) = arrival else { return Ok(Newcomer::default()) };
    let mut newcomer = Newcomer::of(Some(arrival));
    newcomer.note(engine, &key).await?;
    Ok(newcomer)
}

/// Sends what is in the cookie anew: with its activity, or under another key. That is no reason to fail a request: its
/// answer is right as it is.
async fn renew(engine: &Engine, jar: &Jar, live: Live, now: Timestamp) -> Done {
    let key = live.key;
    let renewed = match jar.going_on(engine, live).await {
        // a cookie would put back what a logout took away (T2)
        Ok(None) => return ended(),
        Ok(Some(live)) => bake(engine, jar, live.token, live.record, now),
        Err(error) => Err(error.into()),
    };
    renewed.unwrap_or_else(|error| {
        engine.reporter.tell(Some(&key), Happened::ResendFailed { error: &error });
        Done { standing: After::Unchanged, cookie: None }
    })
}

const fn ended() -> Done {
    Done { standing: After::Ended, cookie: None }
}

/// The request is the only one that changes the record it loaded, so nothing can be in its way.
fn changed(changes: &Changes, loaded: &Arc<Record>) -> Result<Arc<Record>, Error> {
    changes.apply(loaded).map(Arc::new).map_err(|refusal| match refusal {
        Refusal::Conflict => Error::new(Kind::Conflict),
        Refusal::TooLarge { bytes } => limit::too_large(changes, bytes),
    })
}

/// The cookie of a session that a migration wrote anew.
pub(super) fn sealed_anew(engine: &Engine, jar: &Jar, live: Live) -> Result<(Live, Option<String>), Error> {
    let done = bake(engine, jar, live.token.clone(), Arc::clone(&live.record), engine.now())?;
    Ok((Live { stale: false, ..live }, done.cookie))
}

/// Puts the record into a cookie.
fn bake(
    engine: &Engine,
    jar: &Jar,
    token: Token,
    record: Arc<Record>,
    now: Timestamp,
) -> Result<Done, Error> {
    let value = jar.seal(&token, &record)?;
    let cookie = engine.cookie.set_value(&value, max_age(engine, record.meta(), now));
    if cookie.len() > MAX_COOKIE {
        let largest = record.fields().iter().max_by_key(|(_, json)| json.len());
        return Err(Error::new(Kind::TooLarge {
            field: largest.map_or("", |(key, _)| key).to_owned().into(),
            bytes: cookie.len(),
            limit: MAX_COOKIE,
        }));
    }
    let key = token.key(&engine.purpose);
    Ok(Done { standing: After::Live(Live { token, key, record, stale: false }), cookie: Some(cookie) })
}
