//! The memory store, one operation at a time, at its bounds, and under threads.

mod bounds;
mod operations;
mod threads;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::changes::{Changes, FieldChange, Merge, Sum};
use crate::clock::Timestamp;
use crate::record::fields::Builder;
use crate::record::{Meta, MetaChange, OpId, Record};
use crate::store::{Found, MemoryStore, Store};
use crate::token::{Key, Purpose, Token};

const HOUR: Duration = Duration::from_secs(3600);

/// The answer of a store that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the memory store waits for nothing"),
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// The key of the n-th id.
fn key(n: u64) -> Key {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    Token::parse(URL_SAFE_NO_PAD.encode(bytes)).expect("32 bytes are an id").key(&Purpose::of("id", "/"))
}

fn meta(created: u64, owner: Option<&str>) -> Meta {
    let mut meta = Meta::new(at(created), HOUR, at(created).after(8 * HOUR));
    meta.owner = owner.map(Into::into);
    meta
}

fn record(created: u64, owner: Option<&str>, fields: &[(&str, &str)]) -> Arc<Record> {
    Arc::new(Record::new(meta(created, owner), fields.iter().copied().collect()))
}

fn anonymous(created: u64) -> Arc<Record> {
    record(created, None, &[("n", "0")])
}

fn owned(created: u64) -> Arc<Record> {
    record(created, Some("\"ann\""), &[("n", "0")])
}

fn changes(base: Option<Arc<Record>>, fields: &[(&'static str, &str, Merge)]) -> Changes {
    let mut values = Builder::default();
    let fields = fields
        .iter()
        .map(|(key, value, merge)| FieldChange {
            key: (*key).into(),
            value: Some(values.write(key.as_bytes(), |out| out.extend_from_slice(value.as_bytes()))),
            merge: merge.clone(),
        })
        .collect();
    Changes {
        op: OpId::next(),
        base,
        fields,
        values,
        wipe: None,
        exact: false,
        meta: MetaChange::default(),
        max_bytes: usize::MAX,
        decoded: None,
    }
}

fn put(field: &'static str, value: &str) -> Changes {
    changes(None, &[(field, value, Merge::LastWrite)])
}

fn add(base: Arc<Record>, delta: i128) -> Changes {
    let sum = Box::new(Sum { delta, default: 0, min: 0, max: u32::MAX.into() });
    let loaded: i128 = value(&base, "n").parse().expect("a number");
    let ours = (loaded + delta).to_string();
    changes(Some(base), &[("n", &ours, Merge::Add(sum))])
}

fn value(record: &Record, field: &str) -> String {
    String::from_utf8(record.fields().get(field).expect("the field").to_vec()).expect("JSON")
}

fn load(store: &MemoryStore, key: &Key) -> Found {
    ready(store.load(key)).expect("memory answers")
}

fn live(store: &MemoryStore, key: &Key) -> Option<Arc<Record>> {
    match load(store, key) {
        Found::Record(record) => Some(record),
        Found::Tombstone { .. } | Found::Nothing => None,
    }
}

fn tombstone(store: &MemoryStore, key: &Key) -> Option<Timestamp> {
    match load(store, key) {
        Found::Tombstone { until, .. } => Some(until),
        Found::Record(_) | Found::Nothing => None,
    }
}

/// Which of the first ids reach a record.
fn alive(store: &MemoryStore, ids: std::ops::Range<u64>) -> Vec<u64> {
    ids.filter(|n| live(store, &key(*n)).is_some()).collect()
}

fn small(capacity: usize) -> MemoryStore {
    MemoryStore::builder().capacity(capacity).build()
}
