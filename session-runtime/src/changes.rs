//! What one request does to one record: a list of changes to single fields, and how each meets other requests' changes.

mod merge;
mod onto;
mod typed;

pub use merge::{Merge, Sum};
pub use typed::Typed;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::record::fields::Builder;
use crate::record::{Decoded, MetaChange, OpId, Record};

/// The changes of one commit. A store applies them to the record that it holds at that moment with [`Changes::apply`].
#[derive(Clone, Debug)]
pub struct Changes {
    pub(crate) op: OpId,
    /// The record that the request loaded, whose bytes decide whether another request changed a field meanwhile.
    pub(crate) base: Option<Arc<Record>>,
    pub(crate) fields: Vec<FieldChange>,
    /// The new values of `fields`.
    pub(crate) values: Builder,
    /// `Some`: every stored field goes but these keys; the changes are applied to what is left.
    pub(crate) wipe: Option<Arc<[Cow<'static, str>]>>,
    /// The record must be the one that was loaded, to the last write; otherwise all of it is a conflict.
    pub(crate) exact: bool,
    pub(crate) meta: MetaChange,
    /// [`Changes::max_bytes`].
    pub(crate) max_bytes: usize,
    /// What the record decodes to after this commit, if nobody else changed it meanwhile.
    pub(crate) decoded: Option<Decoded>,
}

/// The change of one field.
#[derive(Clone, Debug)]
pub(crate) struct FieldChange {
    pub(crate) key: Cow<'static, str>,
    /// Where the new JSON value stands in [`Changes::values`]; `None` removes the field.
    pub(crate) value: Option<Range<usize>>,
    pub(crate) merge: Merge,
}

/// Where changes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a store, which holds the record locked.
    Store,
    /// In the core, with nothing locked; a store that is given the outcome compares once more.
    Core,
}

/// Another request changed a field meanwhile, and the field's policy refuses to merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Conflict;

/// Why [`Changes::apply`] does not change a record. A store leaves it as it is and answers with this: it turns into an
/// [`Updated`](crate::store::Updated) and into a [`Rotated`](crate::store::Rotated).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Another request changed a field meanwhile, and the field's policy does not merge, or not within a store: a function
    /// of the user's must not run under its lock. If there is something to merge, the core does, and asks again.
    Conflict,
    /// The record would grow beyond [`Changes::max_bytes`].
    TooLarge {
        /// What its fields would take, as [`Fields::size`](crate::store::Fields::size) counts.
        bytes: usize,
    },
}

impl From<Conflict> for Refusal {
    fn from(Conflict: Conflict) -> Self {
        Self::Conflict
    }
}

impl Changes {
    /// What `current` becomes. A store calls this while it holds `current` locked.
    ///
    /// A field whose stored bytes are still those that the request loaded takes the new value; where they differ, the
    /// field's merge policy decides.
    ///
    /// # Errors
    /// [`Refusal`]: the store leaves the record as it is, and says so.
    pub fn apply(&self, current: &Record) -> Result<Record, Refusal> {
        let next = self.merge(current)?;
        let (before, bytes) = (current.fields().size(), next.fields().size());
        if bytes > self.max_bytes.max(before) { Err(Refusal::TooLarge { bytes }) } else { Ok(next) }
    }

    /// What the fields of a record may take, as [`Fields::size`](crate::store::Fields::size) counts (S72, T29). A record
    /// that is larger already, because the limit was lowered, may stay as large or shrink.
    ///
    /// Only the store can tell: each of two requests may add what would fit alone. [`apply`](Self::apply) does so.
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// [`apply`](Self::apply), whatever the size of the outcome.
    pub(crate) fn merge(&self, current: &Record) -> Result<Record, Conflict> {
        let base = self.base.as_deref();
        let untouched = base.is_some_and(|base| std::ptr::eq(base, current));
        let is_another = || base.is_none_or(|base| base.meta().last_op != current.meta().last_op);
        if !untouched && self.is_of_an_earlier_version_than(current) || self.exact && is_another() {
            return Err(Conflict);
        }
        let mut out = Builder::with_capacity(current.fields().size() + self.values.size());
        let mut seen = 0_u64;
        for (key, stored) in current.fields().raw() {
            let kept = self.survives(key).then_some(stored);
            match self.fields.iter().position(|f| f.key.as_bytes() == key) {
                Some(at) => {
                    mark(&mut seen, at);
                    let change = &self.fields[at];
                    let loaded = if untouched { kept } else { self.loaded(&change.key) };
                    if let Some(value) = self.resolve(change, kept, loaded, Place::Store)? {
                        out.push(key, &value);
                    }
                }
                None => {
                    if let Some(stored) = kept {
                        out.push(key, stored);
                    }
                }
            }
        }
        for (at, change) in self.fields.iter().enumerate() {
            if is_marked(seen, at) || current.fields().get(&change.key).is_some() {
                continue;
            }
            let loaded = if untouched { None } else { self.loaded(&change.key) };
            if let Some(value) = self.resolve(change, None, loaded, Place::Store)? {
                out.push(change.key.as_bytes(), &value);
            }
        }
        let changed = Record::new(self.meta.apply(current.meta(), self.op), out.finish());
        if let Some(decoded) = self.decoded.as_ref().filter(|_| untouched) {
            changed.memo().set(decoded);
        }
        Ok(changed)
    }

    /// Whether the record was migrated since the request loaded it. Then a field whose bytes differ is not one that another
    /// request changed, and no policy applies; the core has a closer look.
    pub(crate) fn is_of_an_earlier_version_than(&self, current: &Record) -> bool {
        self.base.as_ref().is_some_and(|base| base.meta().schema < current.meta().schema)
    }

    /// The value that the request loaded; none for what is wiped, since there is nothing left that it could conflict with.
    pub(crate) fn loaded(&self, key: &str) -> Option<&[u8]> {
        let base = self.base.as_deref().filter(|_| self.survives(key.as_bytes()))?;
        base.fields().get(key)
    }

    /// What the field becomes, given what is `stored` now and what the request `loaded`.
    fn resolve<'a>(
        &'a self,
        change: &FieldChange,
        stored: Option<&'a [u8]>,
        loaded: Option<&[u8]>,
        place: Place,
    ) -> Result<Option<Cow<'a, [u8]>>, Conflict> {
        let ours = change.value.as_ref().map(|at| self.values.written(at));
        if stored == loaded {
            return Ok(ours.map(Cow::Borrowed));
        }
        // another request may have moved the field to its present key meanwhile
        let aliases = change.merge.typed().map_or(&[][..], Typed::aliases);
        let base = loaded.or_else(|| aliases.iter().find_map(|alias| self.loaded(alias)));
        change.merge.resolve(base, stored, ours, place)
    }

    /// Whether the field outlives the wipe, if there is one.
    pub(crate) fn survives(&self, key: &[u8]) -> bool {
        self.wipe.as_ref().is_none_or(|keep| keep.iter().any(|k| k.as_bytes() == key))
    }
}

// The first 64 changes are remembered in a word; later ones are looked up again.
fn mark(seen: &mut u64, at: usize) {
    *seen |= u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0);
}

fn is_marked(seen: u64, at: usize) -> bool {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).is_some_and(|bit| seen & bit != 0)
}

#[cfg(test)]
mod tests;
