//! A store that counts, pauses, fails and hangs as a test tells it.

use std::collections::HashMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use session_runtime::MemoryStore;
use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use tokio::sync::Notify;

use crate::gate::Gate;
use crate::server::patiently;

/// A method of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `load`
    Load,
    /// `create`
    Create,
    /// `update`
    Update,
    /// `rotate`
    Rotate,
    /// `touch`
    Touch,
    /// `delete`
    Delete,
    /// `sweep`
    Sweep,
}

impl Op {
    /// Every method.
    pub const ALL: [Self; 7] =
        [Self::Load, Self::Create, Self::Update, Self::Rotate, Self::Touch, Self::Delete, Self::Sweep];
}

/// A point in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The store has not done it yet.
    Before(Op),
    /// The store has done it, and the caller does not know yet.
    After(Op),
}

/// A point by its number: before or after the n-th call since the last [`forget`](ScriptedStore::forget), from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The store has not done it yet.
    Before(usize),
    /// The store has done it, and the caller does not know yet.
    After(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Fail,
    Hang,
}

#[derive(Debug, Default)]
struct Script {
    calls: Mutex<Vec<Op>>,
    finished: Mutex<Vec<Op>>,
    keys: Mutex<Vec<Key>>,
    gates: Mutex<Vec<(Moment, Gate)>>,
    numbered: Mutex<Vec<(Turn, Gate)>>,
    faults: Mutex<HashMap<Op, Fault>>,
    collisions: AtomicUsize,
    others: AtomicUsize,
    progress: Notify,
}

/// A store around another; clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct ScriptedStore<T = MemoryStore> {
    inner: T,
    script: Arc<Script>,
}

impl ScriptedStore {
    /// A script around an empty memory store.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many sessions there are: records that are no index of an owner's, nor keep the place of one that was revoked on
    /// its way.
    pub fn len(&self) -> usize {
        self.inner.len() - self.script.others.load(Ordering::SeqCst)
    }

    /// Whether there is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Store> ScriptedStore<T> {
    /// A script around `inner`.
    pub fn around(inner: T) -> Self {
        Self { inner, script: Arc::default() }
    }

    /// The store inside.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// The calls since the last [`forget`](Self::forget), in order.
    pub fn calls(&self) -> Vec<Op> {
        self.script.calls.lock().unwrap().clone()
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.script.calls.lock().unwrap().clear();
        self.script.finished.lock().unwrap().clear();
    }

    /// Every key that a caller named, ever.
    pub fn keys(&self) -> Vec<Key> {
        self.script.keys.lock().unwrap().clone()
    }

    /// Stops the next call that comes to `moment` until the gate is opened.
    pub fn pause(&self, moment: Moment) -> Gate {
        let gate = Gate::default();
        self.script.gates.lock().unwrap().push((moment, gate.clone()));
        gate
    }

    /// Stops the call of this number until the gate is opened.
    pub fn pause_call(&self, turn: Turn) -> Gate {
        let gate = Gate::default();
        self.script.numbered.lock().unwrap().push((turn, gate.clone()));
        gate
    }

    /// From now on these methods fail.
    pub fn fail(&self, ops: &[Op]) {
        self.set(ops, Fault::Fail);
    }

    /// From now on these methods do not answer.
    pub fn hang(&self, ops: &[Op]) {
        self.set(ops, Fault::Hang);
    }

    /// From now on everything works.
    pub fn recover(&self) {
        self.script.faults.lock().unwrap().clear();
    }

    /// The next `times` new ids are taken already, says the store.
    pub fn collide(&self, times: usize) {
        self.script.collisions.store(times, Ordering::SeqCst);
    }

    fn collides(&self) -> bool {
        self.script
            .collisions
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok()
    }

    /// Waits until `op` has been carried out `times` times since the last [`forget`](Self::forget).
    pub async fn finished(&self, op: Op, times: usize) {
        let enough = async {
            loop {
                let progress = self.script.progress.notified();
                if self.script.finished.lock().unwrap().iter().filter(|done| **done == op).count() >= times {
                    return;
                }
                progress.await;
            }
        };
        patiently(&format!("{times} × {op:?}"), enough).await;
    }

    fn set(&self, ops: &[Op], fault: Fault) {
        self.script.faults.lock().unwrap().extend(ops.iter().map(|op| (*op, fault)));
    }

    async fn gate(&self, moment: Moment, turn: Turn) {
        let gate = take(&self.script.gates, &moment);
        if let Some(gate) = gate.or_else(|| take(&self.script.numbered, &turn)) {
            gate.pass().await;
        }
    }

    async fn run<R>(
        &self,
        op: Op,
        keys: &[&Key],
        work: impl Future<Output = Result<R, StoreError>>,
    ) -> Result<R, StoreError> {
        let number = {
            let mut calls = self.script.calls.lock().unwrap();
            calls.push(op);
            calls.len() - 1
        };
        self.script.keys.lock().unwrap().extend(keys.iter().map(|key| **key));
        self.gate(Moment::Before(op), Turn::Before(number)).await;
        let fault = self.script.faults.lock().unwrap().get(&op).copied();
        match fault {
            Some(Fault::Fail) => return Err(StoreError::unavailable("scripted-failure-text")),
            Some(Fault::Hang) => pending().await,
            None => {}
        }
        let outcome = work.await;
        self.script.finished.lock().unwrap().push(op);
        self.script.progress.notify_waiters();
        self.gate(Moment::After(op), Turn::After(number)).await;
        outcome
    }
}

/// The gate at this point, if there is one; it is closed once.
fn take<P: PartialEq>(gates: &Mutex<Vec<(P, Gate)>>, point: &P) -> Option<Gate> {
    let mut gates = gates.lock().unwrap();
    gates.iter().position(|(at, _)| at == point).map(|found| gates.remove(found).1)
}

impl<T: Store> Store for ScriptedStore<T> {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        self.run(Op::Load, &[key], self.inner.load(key)).await
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let create = async {
            if self.collides() {
                return Ok(Created::Exists);
            }
            let is_other = matches!(record.meta().owner.as_deref(), Some("\"index\"" | "buried"));
            let created = self.inner.create(key, record).await?;
            if is_other && created == Created::Created {
                self.script.others.fetch_add(1, Ordering::SeqCst);
            }
            Ok(created)
        };
        self.run(Op::Create, &[key], create).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.run(Op::Update, &[key], self.inner.update(key, changes)).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let rotate = async {
            if self.collides() {
                Ok(Rotated::Exists)
            } else {
                self.inner.rotate(old, new, changes, tombstone).await
            }
        };
        self.run(Op::Rotate, &[old, new], rotate).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.run(Op::Touch, &[key], self.inner.touch(key, seen)).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.run(Op::Delete, &[key], self.inner.delete(key, tombstone)).await
    }

    fn is_sharded(&self) -> bool {
        self.inner.is_sharded()
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(Op::Sweep, &[], self.inner.sweep(now)).await
    }
}
