//! What a request knows of its session, and did to it.

use std::any::TypeId;
use std::sync::Arc;
use std::thread::ThreadId;

use crate::changes::Changes;
use crate::commit::apply::Live;
use crate::commit::diff::{Context, Diff};
use crate::commit::plan::{Intents, Op, Standing, Times, Wipe};
use crate::engine::Engine;
use crate::error::Unavailable;
use crate::schema::Upgrade;
use crate::session::slot::AnySlot;
use crate::token::Key;

// each says one thing that happened to the request; they come in any combination
#[allow(clippy::struct_excessive_bools)]
#[derive(Default)]
pub(super) struct State {
    pub(super) source: Source,
    /// The record is of an earlier version: `source` has it as this version reads it.
    pub(super) upgrade: Option<Arc<Upgrade>>,
    /// Whether the request carried our cookie.
    pub(super) presented: bool,
    /// The value that was asked for first: mostly the only one.
    pub(super) slot: Option<(TypeId, Box<dyn AnySlot>)>,
    pub(super) more_slots: Vec<(TypeId, Box<dyn AnySlot>)>,
    pub(super) intents: Intents,
    pub(super) cookie: Option<String>,
    pub(super) editors: u64,
    /// The thread that changes the value in place, and how often it began to.
    pub(super) updating: Option<(ThreadId, u32)>,
    /// A write whose answer has not come: it may have been done.
    pub(super) pending: Option<Pending>,
    /// The request is no activity of the session's owner.
    pub(super) background: bool,
    /// A handler ended without returning: panic, inner timeout.
    pub(super) abandoned: bool,
    /// The response head is on its way: there is no place for a cookie any more.
    pub(super) closed: bool,
    /// Changed after that, and not saved.
    pub(super) late: bool,
}

/// A write on its way.
pub(super) struct Pending {
    pub(super) changes: Arc<Changes>,
    pub(super) intents: Intents,
}

#[derive(Default)]
pub(super) enum Source {
    #[default]
    Untouched,
    /// The store did not answer; this request does not ask again.
    Failed,
    Absent,
    Live(Live),
    Dead,
    Unusable(Vec<Key>),
}

impl Source {
    /// The session that the request presented, if it is one.
    pub(super) fn key(&self) -> Option<&Key> {
        match self {
            Self::Live(live) => Some(&live.key),
            Self::Unusable(keys) => keys.first().filter(|_| keys.len() == 1),
            Self::Untouched | Self::Failed | Self::Absent | Self::Dead => None,
        }
    }

    /// What a request that asks again is told; `None` before the first.
    pub(super) fn outcome(&self) -> Option<Result<(), Unavailable>> {
        match self {
            Self::Untouched => None,
            Self::Failed => Some(Err(Unavailable)),
            _ => Some(Ok(())),
        }
    }

    /// What the plan makes of it; `None` if there is nothing to plan for.
    pub(super) fn standing(&self) -> Option<Standing> {
        match self {
            Self::Untouched | Self::Failed => None,
            Self::Absent => Some(Standing::Absent),
            Self::Live(live) => Some(Standing::Live(times(live))),
            Self::Dead => Some(Standing::Dead),
            Self::Unusable(_) => Some(Standing::Unusable),
        }
    }
}

impl State {
    /// The session is this one after a commit.
    pub(super) fn go_on(&mut self, mut live: Live, op: Op) {
        if op.writes_fields() {
            self.upgrade = None;
        } else if let Some(upgrade) = &self.upgrade {
            live.record = Arc::clone(&upgrade.record);
        }
        self.source = Source::Live(live);
    }

    pub(super) fn exists(&self) -> bool {
        matches!(self.source, Source::Live(_)) || self.slots().any(AnySlot::is_changed)
    }

    /// What differs from the store, as far as this request knows it.
    pub(super) fn diff(&mut self, engine: &Engine) -> Diff {
        let mut diff = Diff::default();
        if self.intents.destroy {
            return diff;
        }
        let record = if let Source::Live(live) = &self.source { Some(&*live.record) } else { None };
        let context = Context { record, restart: self.intents.restart, claims: &engine.types.claims };
        let slots = self.slot.iter_mut().chain(&mut self.more_slots);
        slots.for_each(|(_, slot)| slot.collect(&context, &mut diff));
        diff.upgrade.clone_from(&self.upgrade);
        diff
    }

    /// What was sent is stored, and with it the intents of that time; later ones are still to be carried out.
    pub(super) fn settle(&mut self, done: Intents, wipe: Wipe) {
        self.intents = self.intents.without(done);
        self.slots_mut().for_each(|slot| slot.settle(wipe));
        let open = self.intents != Intents::default() || self.slots().any(AnySlot::is_changed);
        self.late = self.closed && open;
    }

    pub(super) fn find(&mut self, id: TypeId) -> Option<&mut dyn AnySlot> {
        let (_, slot) = self.slot.iter_mut().chain(&mut self.more_slots).find(|(of, _)| *of == id)?;
        Some(&mut **slot)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &dyn AnySlot> {
        self.slot.iter().chain(&self.more_slots).map(|(_, slot)| &**slot)
    }

    pub(super) fn slots_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn AnySlot>> {
        self.slot.iter_mut().chain(&mut self.more_slots).map(|(_, slot)| slot)
    }
}

fn times(live: &Live) -> Times {
    let meta = live.record.meta();
    Times {
        last_seen: meta.last_seen,
        idle: meta.idle,
        expires: meta.expires,
        remembered: meta.remembered,
        stale: live.stale,
    }
}
