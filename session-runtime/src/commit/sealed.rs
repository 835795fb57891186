//! Carries out a plan for a session that lives in its cookie: nothing is stored but what has ended.

use std::sync::Arc;

use super::apply::{After, Done, Live, Work, assemble, first, left, max_age};
use super::limit;
use super::plan::{CookiePlan, Op, Select, Wipe};
use crate::changes::{Changes, Refusal};
use crate::clock::Timestamp;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::event;
use crate::owners::{self, Arrival};
use crate::record::Record;
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
            let record = first(engine, stamp, &work.diff, work.now)?;
            let done = bake(engine, jar, Token::random(&*engine.entropy, None)?, record, work.now)?;
            if let Some((arrival, key)) = arrival(engine, &done, None) {
                owners::admit(engine, &arrival, &key).await?;
            }
            Ok(done)
        }
        Op::Update { select, stamp } => {
            let live = work.take_live()?;
            let changes = assemble(engine, select, Wipe::Nothing, stamp, &mut work.diff, &live.record)?;
            if jar.has_ended(engine, &live).await? {
                return if work.diff.summary.changed { Err(Error::new(Kind::Gone)) } else { Ok(ended()) };
            }
            let record = changed(&changes, &live.record)?;
            let done = bake(engine, jar, live.token.clone(), record, work.now)?;
            if stamp.expires.is_some()
                && let Some((arrival, key)) = arrival(engine, &done, Some(&live))
            {
                owners::prolong(engine, &arrival, &key).await?;
            }
            Ok(done)
        }
        Op::Rotate { select, wipe, stamp } => {
            let live = work.take_live()?;
            let changes = assemble(engine, select, wipe, stamp, &mut work.diff, &live.record)?;
            if jar.has_ended(engine, &live).await? {
                return Err(Error::new(Kind::Gone));
            }
            let record = changed(&changes, &live.record)?;
            // first whether there can be a new cookie, then the end of the old one
            let token = Token::random(&*engine.entropy, None)?;
            let new = token.key(&engine.purpose);
            let done = match bake(engine, jar, token, record, work.now) {
                // a privilege that was given up must not last because the rest does not fit: then all of it ends
                Err(error) if select == Select::DroppedPrivileges && error.is_too_large() => {
                    jar.end(engine, &live.key, Some(&live.record), work.now).await?;
                    return Ok(Done { standing: After::Ended, cookie: Some(engine.cookie.remove()) });
                }
                done => done?,
            };
            let arrival = arrival(engine, &done, Some(&live));
            if let Some((arrival, key)) = &arrival {
                owners::admit(engine, arrival, key).await?;
            }
            // of two that rotate at once, one ends the old id (S69)
            if jar.rotate(engine, &live, &new, work.now).await? {
                if changes.meta.owner.is_some() {
                    left(engine, Some(&live)).await;
                }
                return Ok(done);
            }
            if let Some((arrival, key)) = &arrival {
                owners::withdraw(engine, arrival, key).await;
            }
            Err(Error::new(Kind::Gone))
        }
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

/// Sends what is in the cookie anew: with its activity, or under another key. That is no reason to fail a request: its
/// answer is right as it is.
async fn renew(engine: &Engine, jar: &Jar, live: Live, now: Timestamp) -> Done {
    let renewed = match jar.has_ended(engine, &live).await {
        // a cookie would put back what a logout took away (T2)
        Ok(true) => return ended(),
        Ok(false) => bake(engine, jar, live.token, live.record, now),
        Err(error) => Err(error.into()),
    };
    renewed.unwrap_or_else(|error| {
        event::renew_failed(engine.types.root, &error);
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
