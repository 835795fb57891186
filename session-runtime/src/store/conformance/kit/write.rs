//! What one request writes.

use std::sync::Arc;

use super::value;
use crate::changes::{FieldChange, Merge, Sum, Typed};
use crate::clock::Timestamp;
use crate::field::{Append, Appendable, Max, Min, Ordered, Policy, SessionField, Union, Unitable, With};
use crate::record::fields::Builder;
use crate::record::{MetaChange, OpId};
use crate::store::{Changes, Record, Renewal};

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
            exact: false,
            meta: MetaChange::default(),
            max_bytes: usize::MAX,
            decoded: None,
        })
    }

    /// By a request of this version of the session type.
    pub fn of_version(mut self, version: u32) -> Self {
        self.0.meta.schema = Some(version);
        self
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

    /// Sets a field as `merge = max` does: of two values the greater stands.
    pub fn max<T: SessionField + Ordered + Default>(self, field: &str, value: &T) -> Self {
        self.typed(field, value, Max)
    }

    /// Sets a field as `merge = min` does: of two values the lesser stands.
    pub fn min<T: SessionField + Ordered + Default>(self, field: &str, value: &T) -> Self {
        self.typed(field, value, Min)
    }

    /// Sets a field as `merge = union` does: what the value has more or less than the one that was loaded is added and
    /// removed.
    pub fn union<T: SessionField + Unitable + Default>(self, field: &str, value: &T) -> Self {
        self.typed(field, value, Union)
    }

    /// Sets a field as `merge = append` does: what the value has after the one that was loaded is appended.
    pub fn append<T: SessionField + Appendable + Default>(self, field: &str, value: &T) -> Self {
        self.typed(field, value, Append)
    }

    /// Appends a number to the list that was loaded, as `merge = append` does.
    pub fn append_item(self, field: &str, item: u64) -> Self {
        let loaded = self.0.base.as_ref().map(|base| value(base, field)).unwrap_or_default();
        let mut items: Vec<serde_json::Value> = serde_json::from_str(&loaded).unwrap_or_default();
        items.push(item.into());
        self.append(field, &items)
    }

    /// Sets a field as `merge = with(meet)` does: what was loaded, what another request made of it and `value` are handed to
    /// the function, in the core.
    pub fn with<T: SessionField + Default>(self, field: &str, value: &T, meet: fn(&T, &T, &T) -> T) -> Self {
        self.typed(field, value, With(meet))
    }

    fn typed<T: SessionField + Default, P: Policy<T>>(self, field: &str, value: &T, policy: P) -> Self {
        let mut json = Vec::new();
        value.encode(&mut json).expect("the value can be written as JSON");
        let json = String::from_utf8_lossy(&json);
        self.change(field, Some(&json), P::merge(|| Typed::new(policy, &T::default(), &[])))
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

    /// Refuses all if another request wrote anything at all meanwhile.
    pub fn to_nothing_else(mut self) -> Self {
        self.0.exact = true;
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

    /// Says since when the record has the id that a rotation gives it.
    pub fn issued(mut self, at: Timestamp) -> Self {
        self.0.meta.issued = Some(at);
        self
    }

    /// Says what a rotation leaves of the id before: as a renewal does, or `None`, as every other rotation does.
    pub fn renewed(mut self, renewal: Option<Renewal>) -> Self {
        self.0.meta.renewed = Some(renewal.map(Box::new));
        self
    }

    /// Sets the absolute deadline.
    pub fn expires(mut self, at: Timestamp) -> Self {
        self.0.meta.expires = Some(at);
        self
    }

    /// Refuses to let the record grow beyond this many bytes, as [`Changes::max_bytes`] says. Any size is fine otherwise.
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.0.max_bytes = bytes;
        self
    }

    /// The changes, for a store.
    pub fn build(self) -> Changes {
        self.0
    }
}
