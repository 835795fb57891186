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

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::changes::{FieldChange, Merge, Sum, Typed};
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::field::Append;
use crate::record::fields::Builder;
use crate::record::{Meta, MetaChange, OpId};
use crate::store::{Changes, Key, Record};
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

/// A record with these fields, each a key and its JSON, and with [`meta`].
pub fn record(fields: &[(&str, &str)]) -> Arc<Record> {
    Arc::new(Record::new(meta(), fields.iter().copied().collect()))
}

/// The JSON of a field, or nothing if it is not there.
pub fn value(record: &impl Borrow<Record>, field: &str) -> String {
    String::from_utf8_lossy(record.borrow().fields().get(field).unwrap_or_default()).into_owned()
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

/// What one request writes: builds [`Changes`] as the core does.
#[derive(Debug)]
#[must_use = "nothing is written until `build` is called and the changes are given to a store"]
pub struct Write(Changes);

impl Write {
    /// By a request that loaded `loaded`.
    pub fn after(loaded: &Arc<Record>) -> Self {
        Self::new(Some(Arc::clone(loaded)))
    }

    /// By a request that knows of no field.
    pub fn blind() -> Self {
        Self::new(None)
    }

    fn new(base: Option<Arc<Record>>) -> Self {
        Self(Changes {
            op: OpId::next(),
            base,
            fields: Vec::new(),
            values: Builder::default(),
            wipe: None,
            meta: MetaChange::default(),
            decoded: None,
        })
    }

    fn change(mut self, field: &str, json: Option<&str>, merge: Merge) -> Self {
        let values = &mut self.0.values;
        let value =
            json.map(|json| values.write(field.as_bytes(), |out| out.extend_from_slice(json.as_bytes())));
        self.0.fields.push(FieldChange { key: field.to_owned().into(), value, merge });
        self
    }

    /// Sets a field; the later write stands.
    pub fn put(self, field: &str, json: &str) -> Self {
        self.change(field, Some(json), Merge::LastWrite)
    }

    /// Removes a field; the later write stands.
    pub fn remove(self, field: &str) -> Self {
        self.change(field, None, Merge::LastWrite)
    }

    /// Adds to a field of type `u64`, as `merge = add` does.
    pub fn add(self, field: &str, delta: i64) -> Self {
        self.sum(field, delta, 0, u64::MAX.into())
    }

    /// Adds to a field of type `i64`, as `merge = add` does.
    pub fn add_signed(self, field: &str, delta: i64) -> Self {
        self.sum(field, delta, i64::MIN.into(), i64::MAX.into())
    }

    fn sum(self, field: &str, delta: i64, min: i128, max: i128) -> Self {
        let loaded = self.0.base.as_ref().and_then(|base| value(base, field).parse::<i128>().ok());
        let delta = i128::from(delta);
        let ours = (loaded.unwrap_or(0) + delta).clamp(min, max).to_string();
        self.change(field, Some(&ours), Merge::Add(Box::new(Sum { delta, default: 0, min, max })))
    }

    /// Appends to a list of numbers, as `merge = append` does. A store may leave it to the core: [`merged`].
    pub fn append(self, field: &str, item: u64) -> Self {
        let loaded = self.0.base.as_ref().map(|base| value(base, field)).unwrap_or_default();
        let list = loaded.strip_suffix(']').unwrap_or("[");
        let comma = if list == "[" { "" } else { "," };
        self.put_list(field, &format!("{list}{comma}{item}]"))
    }

    /// Sets a list of numbers whose policy is `merge = append`, whatever was done to it.
    pub fn put_list(self, field: &str, json: &str) -> Self {
        let typed = Typed::new::<Vec<u64>, _>(Append, &Vec::new(), &[]);
        self.change(field, Some(json), Merge::Append(Box::new(typed)))
    }

    /// Sets a field, and refuses all if another request changed it meanwhile.
    pub fn put_or_refuse(self, field: &str, json: &str) -> Self {
        self.change(field, Some(json), Merge::Reject)
    }

    /// Removes a message that was shown; one that another request set meanwhile stays.
    pub fn shown(self, field: &str) -> Self {
        self.change(field, None, Merge::YieldTo)
    }

    /// Removes every field but these, before all other changes.
    pub fn wipe_but(mut self, keep: &[&str]) -> Self {
        self.0.wipe = Some(keep.iter().map(|field| (*field).to_owned().into()).collect());
        self
    }

    /// Records activity.
    pub fn seen(mut self, at: Timestamp) -> Self {
        self.0.meta.last_seen = Some(at);
        self
    }

    /// Sets the owner.
    pub fn owner(mut self, json: Option<&str>) -> Self {
        self.0.meta.owner = Some(json.map(Into::into));
        self
    }

    /// Sets the absolute deadline.
    pub fn expires(mut self, at: Timestamp) -> Self {
        self.0.meta.expires = Some(at);
        self
    }

    /// The changes, for a store.
    pub fn build(self) -> Changes {
        self.0
    }
}
