//! Keys, records and changes for tests of a store.
//!
//! ```
//! use session_runtime::store::conformance::kit::{Write, key, record, value};
//!
//! let loaded = record(&[("n", "1")]);
//! let meanwhile = record(&[("n", "10")]);
//! let merged = Write::after(&loaded).add("n", 2).build().apply(&meanwhile).unwrap();
//! assert_eq!(value(&merged, "n"), "12");
//! assert_ne!(key(1), key(2));
//! ```

mod write;

pub use write::Write;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::field::SessionField;
use crate::record::Meta;
use crate::store::{Changes, Key, Record, Renewal};
use crate::token::{Purpose, Slot, Token};

/// How long a record of the kit may lie idle.
pub const IDLE: Duration = Duration::from_secs(3600);

/// How long a record of the kit lives, from [`at`]`(0)` on.
pub const ABSOLUTE: Duration = Duration::from_secs(8 * 3600);

/// A point in time: so many seconds after the first call in this process, which is the present. Records of the kit are
/// created at `at(0)`, so a store whose server drops what is over by its own clock keeps them during a test.
pub fn at(seconds: u64) -> Timestamp {
    static START: OnceLock<Timestamp> = OnceLock::new();
    START.get_or_init(|| SystemClock.now()).after(Duration::from_secs(seconds))
}

/// The bytes of the `n`-th session id, which no store ever sees.
pub fn id(n: u64) -> [u8; 32] {
    let mut bytes = *b"________the-id-behind-this-key__";
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    bytes
}

/// The key of the `n`-th id. All are in one slot, so that any two can be a rotation's.
pub fn key(n: u64) -> Key {
    Token::of(id(n), Some(Slot::of(*b"ks"))).key(&Purpose::of("conformance", "/"))
}

/// Metadata of a session that was created at [`at`]`(0)` and has no owner.
pub fn meta() -> Meta {
    Meta::new(at(0), IDLE, at(0).after(ABSOLUTE))
}

/// What a renewal of the `n`-th id says of it.
pub fn renewal(n: u64, until: Timestamp) -> Renewal {
    Renewal { from: key(n), nonce: *key(n + 1_000_000).as_bytes(), until }
}

/// A record with these fields, each a key and its JSON, and with [`meta`].
pub fn record(fields: &[(&str, &str)]) -> Arc<Record> {
    Arc::new(Record::new(meta(), fields.iter().copied().collect()))
}

/// The JSON of a field, or nothing if it is not there.
pub fn value(record: &impl Borrow<Record>, field: &str) -> String {
    String::from_utf8_lossy(record.borrow().fields().get(field).unwrap_or_default()).into_owned()
}

/// A field as the value of its type, which must be there. What two requests merged is compared like this: whether there is
/// a blank after a comma is a store's business.
pub fn read<T: SessionField>(record: &impl Borrow<Record>, field: &str) -> T {
    let json = record.borrow().fields().get(field).expect("the field is there");
    T::decode(json).unwrap_or_else(|_| panic!("`{field}` is {}", value(record, field)))
}

/// All fields by key; a store need not keep their order.
pub fn fields(record: &impl Borrow<Record>) -> BTreeMap<String, String> {
    let text = |json: &[u8]| String::from_utf8_lossy(json).into_owned();
    record.borrow().fields().iter().map(|(key, json)| (key.to_owned(), text(json))).collect()
}

/// What the core makes of changes that a store answered with [`Conflict`](crate::store::Updated::Conflict): those of a
/// request that loaded `current`, merged by the policies that need a field's type. `None` if a policy refuses; then the
/// conflict stands.
pub fn merged(changes: &Changes, current: &Arc<Record>) -> Option<Changes> {
    changes.onto(current).ok()
}
