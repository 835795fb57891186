//! A store of one map, right but for one flaw.

mod kept;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::yield_now;

use super::flaws::Flaw;
use crate::changes::{Changes, Merge, Refusal};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::record::{Meta, OpId, Record};
use crate::store::conformance::Subject;
use crate::store::conformance::kit::{id, meta};
use crate::store::{Created, Fields, Found, Rotated, Store, Touched, Updated};
use crate::token::Key;
use kept::reparsed;

/// What a small store has room for.
pub(super) const SMALL: usize = 4096;

#[derive(Default)]
struct Maps {
    found: HashMap<Key, Found>,
    /// Where rotations moved records to.
    moved: HashMap<Key, Key>,
    /// What was found last.
    seen: HashMap<Key, Arc<Record>>,
}

pub(super) struct Flawed {
    flaws: &'static [Flaw],
    maps: Mutex<Maps>,
}

/// A subject whose store has these flaws, and which promises everything all the same.
pub(super) fn flawed(flaws: &'static [Flaw]) -> Subject<Flawed> {
    let dump = || if flaws.contains(&Flaw::ShowsIds) { id(2).to_vec() } else { Vec::new() };
    Subject::new(Flawed { flaws, maps: Mutex::default() }).with_dump(dump)
}

impl Flawed {
    fn lock(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    fn place(&self, key: &Key) -> Key {
        let mut bytes = *key.as_bytes();
        if self.has(Flaw::KnowsKeysByTheirBeginning) {
            bytes[31] = 0;
        }
        if self.has(Flaw::KnowsOneKey) {
            bytes = [1; 32];
        }
        Key::from_bytes(bytes)
    }

    fn apply(&self, record: &Record, changes: &Changes) -> Result<Arc<Record>, Refusal> {
        let mut changes = changes.clone();
        for field in &mut changes.fields {
            let stored = record.fields().get(&field.key);
            match self.merge(&field.merge, stored) {
                Some(merge) => field.merge = merge,
                None => return Err(Refusal::Conflict),
            }
            if self.has(Flaw::UpdateLeavesRemovedFields) && field.value.is_none() {
                let write =
                    |json| changes.values.write(field.key.as_bytes(), |out| out.extend_from_slice(json));
                field.value = stored.map(write);
            }
        }
        changes.exact &= !self.has(Flaw::RotateIgnoresOtherWrites);
        if self.has(Flaw::IgnoresWipe) {
            changes.wipe = None;
        }
        if self.has(Flaw::UpdateReplacesAllFields) {
            changes.wipe = Some(Arc::from([]));
        }
        let base = changes.base.clone();
        if self.has(Flaw::LimitsWhatWasLoaded) {
            base.as_ref().map_or(Ok(()), |base| changes.apply(base).map(drop))?;
        }
        if self.has(Flaw::LimitsWhatWasLoaded) || self.has(Flaw::IgnoresLimit) {
            changes.max_bytes = usize::MAX;
        }
        let current = base.as_deref().filter(|_| self.has(Flaw::Replaces)).unwrap_or(record);
        if self.has(Flaw::UpdateForgetsVersions)
            && let Some(base) = &base
        {
            let meta = Meta { schema: record.meta().schema, ..base.meta().clone() };
            changes.base = Some(Arc::new(base.with_meta(meta)));
        }
        let mut next = changes.apply(current)?;
        if self.has(Flaw::WritesEndTheGrace) && changes.meta.renewed.is_none() {
            next = next.with_meta(Meta { renewed: None, ..next.meta().clone() });
        }
        if self.has(Flaw::RotateLeavesTheGrace) && changes.meta.renewed == Some(None) {
            next = next.with_meta(Meta { renewed: record.meta().renewed.clone(), ..next.meta().clone() });
        }
        if self.has(Flaw::UpdateLowersVersions) {
            let schema = changes.meta.schema.unwrap_or(record.meta().schema);
            next = next.with_meta(Meta { schema, ..next.meta().clone() });
        }
        if self.has(Flaw::UpdateMovesActivityBack) {
            let last_seen = changes.meta.last_seen.unwrap_or(record.meta().last_seen);
            next = next.with_meta(Meta { last_seen, ..next.meta().clone() });
        }
        if self.has(Flaw::AddsFloats) {
            let is_sum =
                |key| changes.fields.iter().any(|f| f.key == key && matches!(f.merge, Merge::Add(_)));
            let add =
                |(key, json): (_, &[u8])| (key, if is_sum(key) { reparsed(json) } else { json.to_vec() });
            next = Record::new(next.meta().clone(), next.fields().iter().map(add).collect());
        }
        if self.has(Flaw::IsSmall) && next.fields().size() > SMALL {
            return Err(Refusal::TooLarge { bytes: next.fields().size() });
        }
        Ok(Arc::new(self.kept(&next)))
    }

    /// The policy that the store goes by; `None` if it leaves that to the core.
    fn merge(&self, merge: &Merge, stored: Option<&[u8]>) -> Option<Merge> {
        let is_foreign = stored.is_some_and(|json| json.starts_with(b"{"));
        let last_write = match merge {
            Merge::LastWrite if self.has(Flaw::FirstWriteStands) => return Some(Merge::YieldTo),
            Merge::LastWrite => true,
            Merge::Reject => self.has(Flaw::IgnoresReject),
            Merge::YieldTo => self.has(Flaw::TakesMessagesUnseen),
            _ if self.has(Flaw::IgnoresPolicies) => true,
            _ if self.has(Flaw::OverwritesWhatItCannotRead) => is_foreign,
            Merge::Add(_) => false,
            _ if self.has(Flaw::ConflictsWithoutCause) => return None,
            Merge::With(_) => self.has(Flaw::DecidesForFunctions),
            Merge::Append(_) => self.has(Flaw::AppendsAnything),
            _ => false,
        };
        Some(if last_write { Merge::LastWrite } else { merge.clone() })
    }

    /// A rotation, and the record if that comes later.
    fn moved(
        &self,
        old: Key,
        new: Key,
        changes: &Changes,
        dead: Timestamp,
    ) -> (Rotated, Option<Arc<Record>>) {
        let mut maps = self.lock();
        if self.has(Flaw::RotateCreates) && !maps.found.contains_key(&old) {
            maps.found.insert(old, buried(dead));
        }
        let Some(Found::Record(mut record)) = maps.found.get(&old).cloned() else {
            return (Rotated::Gone, None);
        };
        if maps.found.contains_key(&new) && !self.has(Flaw::RotateOverwrites) {
            return (Rotated::Exists, None);
        }
        if self.has(Flaw::RotateMovesBeforeItRefuses) {
            maps.found.insert(new, Found::Record(Arc::clone(&record)));
        }
        let next = match self.apply(&record, changes) {
            Ok(_) if self.has(Flaw::RotateDropsChanges) => Arc::clone(&record),
            Ok(next) if self.has(Flaw::RotateIsYoung) => {
                Arc::new(next.with_meta(Meta { created: dead, ..next.meta().clone() }))
            }
            Ok(next) => next,
            Err(refusal) => {
                self.spoil(&mut record, changes);
                maps.found.insert(old, Found::Record(record));
                return (refusal.into(), None);
            }
        };
        if self.has(Flaw::RotateLeavesNoTombstone) {
            maps.found.remove(&old);
        } else if !self.has(Flaw::RotateLeavesTheOldId) {
            let moved = (!self.has(Flaw::RotateHidesWhereItWent)).then_some(new);
            maps.found.insert(old, Found::Tombstone { until: dead, moved });
        }
        maps.moved.insert(old, new);
        if self.has(Flaw::RotateTakesTwoSteps) {
            return (Rotated::Rotated, Some(next));
        }
        maps.found.insert(new, Found::Record(next));
        (Rotated::Rotated, None)
    }

    /// What is written although the changes are refused.
    fn spoil(&self, record: &mut Arc<Record>, changes: &Changes) {
        if self.has(Flaw::RefusalAppliesWhatItCan) {
            let mut changes = changes.clone();
            changes.fields.retain(|field| matches!(field.merge, Merge::LastWrite));
            changes.max_bytes = usize::MAX;
            if let Ok(next) = changes.apply(record) {
                *record = Arc::new(next);
            }
        }
        if self.has(Flaw::RefusalLeavesAName) {
            *record = Arc::new(record.with_meta(Meta { last_op: changes.op, ..record.meta().clone() }));
        }
    }
}

/// A dead id that leads nowhere.
const fn buried(until: Timestamp) -> Found {
    Found::Tombstone { until, moved: None }
}

/// Lets others come between, also on a machine that has other things to do.
async fn linger() {
    for _ in 0..16 {
        yield_now().await;
    }
}

type Answer<T> = Result<T, StoreError>;

impl Store for Flawed {
    async fn load(&self, key: &Key) -> Answer<Found> {
        let key = self.place(key);
        let mut maps = self.lock();
        let found = match maps.found.get(&key).cloned() {
            Some(Found::Tombstone { .. }) if self.has(Flaw::ForgetsTheDead) => Found::Nothing,
            Some(found) => found,
            None if self.has(Flaw::FindsAnything) => {
                maps.found.values().next().cloned().unwrap_or(Found::Nothing)
            }
            None => Found::Nothing,
        };
        if let Found::Record(record) = &found {
            maps.seen.insert(key, Arc::clone(record));
        }
        Ok(found)
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Answer<Created> {
        let key = self.place(key);
        let mut maps = self.lock();
        let is_taken = match maps.found.get(&key) {
            Some(Found::Tombstone { .. }) => !self.has(Flaw::ForgetsTheDead),
            found => found.is_some(),
        };
        if is_taken && !self.has(Flaw::CreateOverwrites) {
            return Ok(Created::Exists);
        }
        if self.has(Flaw::IsSmall) && record.fields().size() > SMALL {
            return Err(StoreError::Full);
        }
        if !(self.has(Flaw::LosesEmptyRecords) && record.fields().is_empty()) {
            maps.found.insert(key, Found::Record(Arc::new(self.kept(&record))));
        }
        Ok(Created::Created)
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Answer<Updated> {
        let key = self.place(key);
        if self.has(Flaw::UpdateTakesTwoSteps) {
            let Found::Record(before) = self.load(&key).await? else { return Ok(Updated::Gone) };
            linger().await;
            match changes.apply(&before) {
                Ok(next) => self.lock().found.insert(key, Found::Record(Arc::new(next))),
                Err(refusal) => return Ok(refusal.into()),
            };
            return Ok(Updated::Applied);
        }
        if self.has(Flaw::UpdateTearsRecords) {
            // field by field
            let mut fields = changes.fields.clone();
            while fields.len() > 1 {
                let one = Changes { fields: fields.split_off(fields.len() - 1), ..changes.clone() };
                if let Some(Found::Record(record)) = self.lock().found.get_mut(&key)
                    && let Ok(next) = one.apply(record)
                {
                    *record = Arc::new(next);
                }
                linger().await;
            }
        }
        let mut maps = self.lock();
        if self.has(Flaw::UpdateCreates) && !matches!(maps.found.get(&key), Some(Found::Record(_))) {
            let base =
                changes.base.clone().unwrap_or_else(|| Arc::new(Record::new(meta(), Fields::default())));
            maps.found.insert(key, Found::Record(base));
        }
        let Some(Found::Record(record)) = maps.found.get_mut(&key) else { return Ok(Updated::Gone) };
        match self.apply(record, changes) {
            Ok(next) => *record = next,
            Err(refusal) => {
                self.spoil(record, changes);
                return Ok(refusal.into());
            }
        }
        if self.has(Flaw::LosesEmptyRecords) && record.fields().is_empty() {
            maps.found.remove(&key);
        }
        Ok(Updated::Applied)
    }

    async fn rotate(&self, old: &Key, new: &Key, changes: &Changes, dead: Timestamp) -> Answer<Rotated> {
        let (old, new) = (self.place(old), self.place(new));
        let (answer, late) = self.moved(old, new, changes, dead);
        if let Some(record) = late {
            linger().await;
            self.lock().found.insert(new, Found::Record(record));
        }
        Ok(answer)
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Answer<Touched> {
        let key = self.place(key);
        let mut maps = self.lock();
        if self.has(Flaw::TouchCreates) && !maps.found.contains_key(&key) {
            maps.found.insert(key, Found::Record(Arc::new(Record::new(meta(), Fields::default()))));
        }
        let loaded = maps.seen.get(&key).filter(|_| self.has(Flaw::TouchCarriesData)).cloned();
        let Some(Found::Record(record)) = maps.found.get_mut(&key) else { return Ok(Touched::Gone) };
        let mut meta = record.meta().clone();
        meta.last_seen = if self.has(Flaw::TouchMovesBack) { seen } else { meta.last_seen.max(seen) };
        if self.has(Flaw::TouchLeavesAName) {
            meta.last_op = OpId::next();
        }
        let fields = loaded.as_ref().unwrap_or(record).fields().iter();
        let fields: Fields = if self.has(Flaw::ReparsesOnTouch) {
            fields.map(|(key, json)| (key, reparsed(json))).collect()
        } else {
            fields.collect()
        };
        *record = Arc::new(Record::new(meta, fields));
        Ok(Touched::Touched)
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Answer<()> {
        let key = self.place(key);
        if self.has(Flaw::DeleteTakesTwoSteps) {
            let found = self.load(&key).await?;
            linger().await;
            if let Found::Record(_) = found {
                self.lock().found.insert(key, buried(tombstone));
            }
            return Ok(());
        }
        let Maps { found, moved, .. } = &mut *self.lock();
        let follows = !self.has(Flaw::DeleteFollowsNoRotation) && !self.has(Flaw::ForgetsTheDead);
        let chain = std::iter::successors(Some(&key), |key| moved.get(key).filter(|_| follows));
        let key = chain.last().copied().unwrap_or(key);
        match found.get_mut(&key) {
            Some(Found::Record(_)) if self.has(Flaw::DeleteLeavesNoTombstone) => drop(found.remove(&key)),
            Some(Found::Tombstone { .. }) if self.has(Flaw::DeleteDropsTombstones) => {
                drop(found.remove(&key));
            }
            Some(found @ Found::Record(_)) => {
                let moved = self.has(Flaw::DeleteLeadsOn).then_some(key);
                *found = Found::Tombstone { until: tombstone, moved };
            }
            None if self.has(Flaw::DeleteBuriesTheUnknown) => {
                found.insert(key, buried(tombstone));
            }
            _ => {}
        }
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Answer<usize> {
        let is_over = |found: &Found| match found {
            Found::Record(_) if self.has(Flaw::SweepTakesNothing) => false,
            Found::Record(record) if self.has(Flaw::SweepTakesTheLiving) => {
                record.meta().expires.min(record.meta().created.after(record.meta().idle)) <= now
            }
            Found::Record(record) => record.meta().deadline() <= now,
            Found::Tombstone { .. } if self.has(Flaw::SweepTakesTheDeadTooEarly) => true,
            Found::Tombstone { .. } if self.has(Flaw::SweepLeavesTombstones) => false,
            Found::Tombstone { until, .. } => *until <= now,
            Found::Nothing => true,
        };
        let Maps { found, moved, .. } = &mut *self.lock();
        let swept = found.extract_if(|_, found| is_over(found)).count();
        moved.retain(|old, _| found.contains_key(old));
        Ok(swept)
    }
}
