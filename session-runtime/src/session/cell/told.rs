//! What a commit is told as.

use crate::commit::apply::{After, Live, Work};
use crate::commit::plan::Op;
use crate::engine::Engine;
use crate::observe::Happened;
use crate::token::Key;

/// What is known of a commit before it is carried out, and not afterwards.
pub(super) struct About {
    key: Option<Key>,
    /// Further sessions that an explicit logout ends.
    others: Vec<Key>,
    fields: usize,
    bytes: usize,
}

impl About {
    pub(super) fn of(work: &Work) -> Self {
        Self {
            key: work.live.as_ref().map(|live| live.key),
            others: if work.plan.op == Op::Delete { work.unusable.clone() } else { Vec::new() },
            fields: work.diff.changes.len(),
            bytes: work.diff.values.size(),
        }
    }

    /// Tells what was done: after it was, so that whoever is told of a logout finds the session gone (T24).
    pub(super) fn tell(&self, standing: &After, work: &Work, engine: &Engine) {
        let (reporter, key) = (&engine.reporter, self.key.as_ref());
        let (fields, bytes) = (self.fields, self.bytes);
        match (work.plan.op, standing) {
            (Op::Create(_), After::Live(Live { key, record, .. })) => {
                reporter.tell(Some(key), Happened::Created { bytes: record.fields().size() });
            }
            (Op::Renew(_), After::Live(Live { key: new, .. })) if work.renewed => {
                reporter.tell_of(key, Some(new), Happened::Renewed { fields, bytes });
            }
            // where another request renewed the id, or it can wait, a renewal is what it is beside that
            (Op::Touch, After::Live(_)) => reporter.tell(key, Happened::Touched),
            (Op::Renew(_), After::Live(_)) if fields == 0 => reporter.tell(key, Happened::Touched),
            (Op::Update { .. } | Op::Renew(_), After::Live(_)) => {
                reporter.tell(key, Happened::Saved { fields, bytes });
            }
            (Op::Rotate { .. }, After::Live(Live { key: new, .. })) => {
                reporter.tell_of(key, Some(new), Happened::Rotated { fields, bytes });
            }
            // what had to go with a privilege that was given up has ended, too
            (Op::Delete | Op::Rotate { .. }, After::Ended) => {
                key.into_iter()
                    .chain(&self.others)
                    .for_each(|key| reporter.tell(Some(key), Happened::Destroyed));
            }
            (Op::Update { .. } | Op::Touch | Op::Renew(_), After::Ended) => {
                reporter.tell(key, Happened::Gone);
            }
            (Op::Nothing | Op::Refuse | Op::Create(_), _)
            | (
                Op::Update { .. } | Op::Touch | Op::Renew(_) | Op::Rotate { .. } | Op::Delete,
                After::Unchanged,
            )
            | (Op::Delete, After::Live(_)) => {}
        }
    }
}
