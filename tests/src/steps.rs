//! Actors that go on one step at a time, so that a test can run two of them in every order.
//!
//! An actor is a future in whose scope [`stop`] waits. The calls of a [`Stepped`] store are points where it may stop; work of
//! nobody's scope, such as a task that outlives its request, never stops. Nothing here has a clock or a thread of its own.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};

use crate::scripted::{Moment, Op};
use crate::server::patiently;

/// Where an actor can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A place that the test has marked with [`stop`], such as a handler's first line.
    Mark,
    /// At a call of the store.
    Call(Moment),
}

impl Point {
    /// Before this method of the store.
    pub const fn before(op: Op) -> Self {
        Self::Call(Moment::Before(op))
    }

    /// After this method of the store, of whose outcome the caller does not know yet.
    pub const fn after(op: Op) -> Self {
        Self::Call(Moment::After(op))
    }

    /// The method that is called in the next step.
    pub const fn next_call(self) -> Option<Op> {
        match self {
            Self::Call(Moment::Before(op)) => Some(op),
            Self::Mark | Self::Call(Moment::After(_)) => None,
        }
    }
}

tokio::task_local! {
    static SCOPE: Scope;
}

#[derive(Clone)]
struct Scope(Arc<Mutex<State>>);

struct State {
    stops: fn(Point) -> bool,
    /// Calls of the store are points only from the first mark on.
    marked: bool,
    at: Option<Point>,
}

impl Scope {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits here for the next step of the actor in whose scope this is, if it stops at such points.
pub async fn stop(at: Point) {
    let Ok(scope) = SCOPE.try_with(Clone::clone) else { return };
    {
        let mut state = scope.state();
        state.marked |= at == Point::Mark;
        if !(state.marked && (state.stops)(at)) {
            return;
        }
        state.at = Some(at);
    }
    // the actor is polled by each of its steps, so nobody needs to be woken
    poll_fn(|_| if scope.state().at.is_none() { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Something that is done step by step.
pub struct Actor<T> {
    scope: Scope,
    work: Pin<Box<dyn Future<Output = T> + Send>>,
}

impl<T: 'static> fmt::Debug for Actor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("at", &self.at()).finish_non_exhaustive()
    }
}

impl<T: 'static> Actor<T> {
    /// One that stops where `stops` says so. Calls of the store that come before the first [`Point::Mark`] belong to the
    /// first step.
    pub fn new(stops: fn(Point) -> bool, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self::in_scope(State { stops, marked: false, at: None }, work)
    }

    /// One without marks: every call of the store may be a point.
    pub fn without_marks(stops: fn(Point) -> bool, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self::in_scope(State { stops, marked: true, at: None }, work)
    }

    fn in_scope(state: State, work: impl Future<Output = T> + Send + 'static) -> Self {
        let scope = Scope(Arc::new(Mutex::new(state)));
        Self { work: Box::pin(SCOPE.scope(scope.clone(), work)), scope }
    }

    /// Where it stands.
    pub fn at(&self) -> Option<Point> {
        self.scope.state().at
    }

    /// Goes on to the next point (`None`), or to its end. It must not be asked to go on after that.
    pub async fn step(&mut self) -> Option<T> {
        self.scope.state().at = None;
        let on = poll_fn(|cx| match self.work.as_mut().poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.scope.state().at.is_some() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        patiently("the next step of an actor", on).await
    }

    /// Goes on from where it stands, but only as far as it comes without waiting for anything.
    pub async fn glance(&mut self) -> Option<T> {
        self.scope.state().at = None;
        poll_fn(|cx| match self.work.as_mut().poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

/// Whose an index is.
const INDEX: &str = "\"index\"";

/// A store whose calls are points, and which remembers the keys that it was given records under.
#[derive(Clone, Debug)]
pub struct Stepped<T> {
    inner: T,
    keys: Arc<Mutex<HashSet<Key>>>,
    /// Those of indexes, if calls for them are no points.
    indexes: Option<Arc<Mutex<HashSet<Key>>>>,
}

impl<T: Store> Stepped<T> {
    /// Around `inner`.
    pub fn around(inner: T) -> Self {
        Self { inner, keys: Arc::default(), indexes: None }
    }

    /// Calls for an owner's index are no points once there is one: they are tested elsewhere.
    #[must_use]
    pub fn passing_indexes(self) -> Self {
        Self { indexes: Some(Arc::default()), ..self }
    }

    /// Forgets which keys there are.
    pub fn forget(&self) {
        self.keys.lock().unwrap().clear();
    }

    /// Names the keys that were named to another.
    pub fn knows(&self, other: &Self) {
        let keys = other.keys.lock().unwrap().clone();
        self.keys.lock().unwrap().extend(keys);
    }

    /// The sessions under keys that were named since [`forget`](Self::forget): what is beside them is an owner's index, which
    /// may know of one that never came.
    ///
    /// # Errors
    /// As the store.
    pub async fn records(&self) -> Result<Vec<Arc<Record>>, StoreError> {
        let keys = self.keys.lock().unwrap().clone();
        let mut records = Vec::new();
        for key in keys {
            if let Found::Record(record) = self.inner.load(&key).await?
                && record.meta().owner.as_deref() != Some(INDEX)
            {
                records.push(record);
            }
        }
        Ok(records)
    }

    async fn run<R>(&self, op: Op, key: &Key, work: impl Future<Output = R>) -> R {
        if self.indexes.as_ref().is_some_and(|indexes| indexes.lock().unwrap().contains(key)) {
            return work.await;
        }
        stop(Point::before(op)).await;
        let outcome = work.await;
        stop(Point::after(op)).await;
        outcome
    }

    fn note(&self, key: &Key) {
        self.keys.lock().unwrap().insert(*key);
    }
}

impl<T: Store> Store for Stepped<T> {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        self.run(Op::Load, key, self.inner.load(key)).await
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        self.note(key);
        if let Some(indexes) = &self.indexes
            && record.meta().owner.as_deref() == Some(INDEX)
        {
            indexes.lock().unwrap().insert(*key);
        }
        self.run(Op::Create, key, self.inner.create(key, record)).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        self.run(Op::Update, key, self.inner.update(key, changes)).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.note(new);
        self.run(Op::Rotate, old, self.inner.rotate(old, new, changes, tombstone)).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        self.run(Op::Touch, key, self.inner.touch(key, seen)).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.run(Op::Delete, key, self.inner.delete(key, tombstone)).await
    }

    fn is_sharded(&self) -> bool {
        self.inner.is_sharded()
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        stop(Point::before(Op::Sweep)).await;
        let outcome = self.inner.sweep(now).await;
        stop(Point::after(Op::Sweep)).await;
        outcome
    }
}
