//! What a request knows of its session, and did to it.

use std::any::TypeId;
use std::sync::Arc;
use std::thread::ThreadId;

use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::commit::apply::Live;
use crate::commit::diff::{Context, Diff};
use crate::commit::plan::{Intents, Standing, Times, Wipe};
use crate::engine::Engine;
use crate::schema::Upgrade;
use crate::session::slot::AnySlot;
use crate::token::Key;

use super::csrf::Csrf;

// each says one thing that happened to the request; they come in any combination
#[allow(clippy::struct_excessive_bools)]
#[derive(Default)]
pub(super) struct State {
    pub(super) source: Source,
    /// The record is of an earlier version: `source` has it as this version reads it.
    pub(super) upgrade: Option<Arc<Upgrade>>,
    /// Its key is in the index of its owner as this version writes them, also where the record is not written yet.
    pub(super) filed: bool,
    /// When `source` was asked for.
    pub(super) found: Timestamp,
    /// Whether the request carried our cookie.
    pub(super) presented: bool,
    /// The value that was asked for first: mostly the only one.
    pub(super) slot: Option<(TypeId, Box<dyn AnySlot>)>,
    pub(super) more_slots: Vec<(TypeId, Box<dyn AnySlot>)>,
    pub(super) intents: Intents,
    pub(super) cookie: Option<String>,
    /// What most requests have nothing of.
    pub(super) csrf: Option<Box<Csrf>>,
    pub(super) editors: u64,
    /// The thread that changes the value in place, and how often it began to.
    pub(super) updating: Option<(ThreadId, u32)>,
    /// A write whose answer has not come: it may have been done.
    pub(super) pending: Option<Pending>,
    /// The request is no activity of the session's owner.
    pub(super) background: bool,
    /// What the response may show was for one person only, and has ended since.
    pub(super) was_private: bool,
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

/// The store could not be asked.
pub(crate) struct OutOfReach;

#[derive(Default)]
pub(super) enum Source {
    #[default]
    Untouched,
    /// The store did not answer; this request does not ask again.
    Failed,
    Absent,
    Live(Live),
    /// It had ended, or got another id, a short while before.
    Dead,
    /// It ended after it was loaded.
    Ended,
    Unusable(Vec<Key>),
    /// It came over plain http, and the session is for https only: it reads nothing and writes nothing (S47).
    Insecure,
}

impl Source {
    /// The session that the request presented, if it is one.
    pub(super) fn key(&self) -> Option<&Key> {
        match self {
            Self::Live(live) => Some(&live.key),
            Self::Unusable(keys) => keys.first().filter(|_| keys.len() == 1),
            Self::Untouched | Self::Failed | Self::Absent | Self::Dead | Self::Ended | Self::Insecure => None,
        }
    }

    /// What a request that asks again is told; `None` before the first.
    pub(super) fn outcome(&self) -> Option<Result<(), OutOfReach>> {
        match self {
            Self::Untouched => None,
            Self::Failed => Some(Err(OutOfReach)),
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
            Self::Ended => Some(Standing::Ended),
            Self::Unusable(_) | Self::Insecure => Some(Standing::Unusable),
        }
    }
}

impl State {
    /// Whether the response is for one person only: it may show what their session holds, or a token of it (S62).
    pub(super) fn is_private(&self) -> bool {
        let is_owned = matches!(&self.source, Source::Live(live) if live.record.meta().owner.is_some());
        is_owned || self.was_private || self.has_issued()
    }

    /// The session is this one after a commit, which did not write what an `upgrade` was made of.
    pub(super) fn go_on(&mut self, mut live: Live, upgrade: Option<Arc<Upgrade>>) {
        if let Some(upgrade) = &upgrade {
            live.record = upgrade.seen(live.record.meta());
        }
        self.upgrade = upgrade;
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
        issued: meta.issued,
    }
}
