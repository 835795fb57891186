//! The record that is an owner's index: read, and replaced if it is still what was read.

use std::sync::Arc;

use super::Desk;
use super::ledger::Ledger;
use crate::changes::{Changes, FieldChange, Merge};
use crate::engine::Engine;
use crate::error::StoreError;
use crate::event;
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, MetaChange, OpId, Record};
use crate::store::{Created, DynStore, Found, Updated};
use crate::token::Key;

/// How often an index is tried to be changed. Each time, somebody else has changed it.
pub(super) const TRIES: u32 = 64;

/// The one field of an index.
const SESSIONS: &str = "sessions";

/// The index of one owner.
pub(super) struct Index<'a> {
    engine: &'a Engine,
    store: &'a dyn DynStore,
    key: Key,
}

/// An index as it was read.
#[derive(Clone, Default)]
pub(super) struct Page {
    record: Option<Arc<Record>>,
    pub(super) ledger: Ledger,
}

impl<'a> Index<'a> {
    /// The index of the owner with this JSON. Its key is a hash, so no owner's name can be the key of something else (T26).
    pub(super) fn of(engine: &'a Engine, desk: &Desk<'a>, owner: &str) -> Self {
        Self { engine, store: desk.store, key: Key::of_index(desk.purpose, owner) }
    }

    pub(super) async fn read(&self) -> Result<Page, StoreError> {
        let record = match self.engine.ask(self.store.load(&self.key)).await? {
            Found::Record(record) => record,
            Found::Tombstone { .. } | Found::Nothing => return Ok(Page::default()),
        };
        let ledger = record.fields().get(SESSIONS).and_then(Ledger::read).unwrap_or_else(|| {
            // to refuse it would be to refuse every login of this owner
            event::foreign_index(self.engine.types.root);
            Ledger::default()
        });
        Ok(Page { record: Some(record), ledger })
    }

    /// Replaces what was read; `false` if somebody else was first.
    pub(super) async fn write(&self, page: &Page, ledger: &Ledger) -> Result<bool, StoreError> {
        let Ok(json) = ledger.json() else { return Err(StoreError::unavailable(UNWRITABLE)) };
        let now = self.engine.now();
        let end = ledger.end(now);
        let Some(base) = &page.record else {
            let mut meta = Meta::new(now, end.since(now), end);
            // so that no store drops it for want of room; who it is of stays in the hash
            meta.owner = Some("\"index\"".into());
            let fields = Fields::from_iter([(SESSIONS, json)]);
            let created = self.store.create(&self.key, Arc::new(Record::new(meta, fields)));
            return Ok(self.engine.ask(created).await? == Created::Created);
        };
        let mut values = Builder::default();
        let value = values.write(SESSIONS.as_bytes(), |out| out.extend_from_slice(&json));
        let changes = Changes {
            op: OpId::next(),
            base: Some(Arc::clone(base)),
            fields: vec![FieldChange { key: SESSIONS.into(), value: Some(value), merge: Merge::Reject }],
            values,
            wipe: None,
            exact: false,
            meta: MetaChange {
                last_seen: Some(now),
                idle: Some(end.since(now)),
                expires: Some(end),
                ..MetaChange::default()
            },
            max_bytes: usize::MAX,
            decoded: None,
        };
        Ok(self.engine.ask(self.store.update(&self.key, &changes)).await? == Updated::Applied)
    }
}

const UNWRITABLE: &str = "the index of an owner cannot be written as JSON";
