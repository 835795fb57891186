//! A session that a migration puts into another index of its owner's (T42).

use std::sync::Arc;

use super::Cell;
use super::state::{Source, State};
use crate::clock::Timestamp;
use crate::commit::apply::Live;
use crate::commit::plan::{CookiePlan, Op, Plan, Summary};
use crate::commit::reindex::{Reindexed, is_due, reindex};
use crate::cookie::read::Candidates;
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::schema::Upgrade;
use crate::store::Miss;

/// How often another request may be first. Each of those succeeded, so others progress.
const TRIES: u32 = 8;

impl Cell {
    /// The session once it is in the index of its owner as they are written now. Where that cannot be done, the request sees
    /// it migrated all the same, and can write nothing to it.
    pub(super) async fn reindexed(
        &self,
        mut live: Live,
        mut upgrade: Arc<Upgrade>,
        now: Timestamp,
    ) -> (Source, Option<Arc<Upgrade>>) {
        let is_too_late = self.engine.place.jar().is_some() && self.state().closed;
        for _ in 0..TRIES {
            if is_too_late {
                break;
            }
            let found = match reindex(&self.engine, &live, &upgrade).await {
                Ok(Reindexed::Done(live, cookie)) => {
                    if cookie.is_some() {
                        self.state().cookie = cookie;
                    }
                    return (Source::Live(live), None);
                }
                Ok(Reindexed::Ended { moved }) => {
                    let miss = Miss::Replayed { rotated: moved };
                    self.engine.reporter.tell(Some(&live.key), miss.happened());
                    self.state().came_by(live.token);
                    return (Source::Dead, None);
                }
                Ok(Reindexed::Overtaken) => {
                    let Candidates::Some(id) = Candidates::one(live.token.clone()) else { break };
                    let mut found = self.resolve(id, now).await;
                    if let Source::Live(found) = &mut found {
                        // the browser does not know its id yet, whoever was first
                        found.stale |= live.stale;
                    }
                    found
                }
                Ok(Reindexed::Moved(moved)) => Source::Live(moved),
                Ok(Reindexed::Unsealed) => {
                    // as large as it is; what makes it smaller is stored by an ordinary write
                    self.state().filed = true;
                    break;
                }
                Err(error) => {
                    self.engine.reporter.tell(Some(&live.key), Happened::ReindexFailed { error: &error });
                    break;
                }
            };
            match self.migrated(found) {
                (Source::Live(found), Some(another)) if is_due(&self.engine, &another) => {
                    (live, upgrade) = (found, another);
                }
                found => return found,
            }
        }
        (Source::Live(live), Some(upgrade))
    }

    /// Whether that could not be done for the session of this request.
    pub(super) fn is_misplaced(&self, state: &State) -> bool {
        !state.filed && state.upgrade.as_ref().is_some_and(|upgrade| is_due(&self.engine, upgrade))
    }
}

/// What can be done to a session that is not in the index of its owner as they are written now: end it, and record activity.
/// A message that was shown is shown once more. All else would be told to have been done, and a revocation would not find it.
pub(super) fn wait_for_index(plan: &mut Plan, summary: Summary) -> Result<(), Error> {
    match plan.op {
        Op::Nothing | Op::Refuse | Op::Create(_) | Op::Touch | Op::Delete => {}
        // a privilege that was given up must not last because of an index: then all of it ends
        _ if summary.dropped => *plan = Plan { op: Op::Delete, cookie: CookiePlan::Remove },
        Op::Update { stamp, .. } if !summary.changed && stamp.expires.is_none() => {
            plan.op = if stamp.last_seen.is_some() { Op::Touch } else { Op::Nothing };
        }
        Op::Update { .. } | Op::Rotate { .. } | Op::Renew(_) => return Err(Error::new(Kind::Unavailable)),
    }
    Ok(())
}
