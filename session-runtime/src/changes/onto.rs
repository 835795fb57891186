//! Merging in the core, for what a store leaves to it.

use std::sync::Arc;

use super::{Changes, Conflict, FieldChange, Merge, Place};
use crate::record::Record;
use crate::record::fields::Builder;

impl Changes {
    /// Whether a store may leave it to the core to merge these.
    #[cfg(feature = "conformance")]
    pub(crate) fn can_merge(&self) -> bool {
        self.fields.iter().any(|change| change.merge.typed().is_some())
    }

    /// The same changes as of a request that loaded `current`: every field merged by its policy.
    ///
    /// # Errors
    /// [`Conflict`] if a policy refuses.
    pub(crate) fn onto(&self, current: &Arc<Record>) -> Result<Self, Conflict> {
        if self.exact {
            return Err(Conflict);
        }
        let mut values = Builder::with_capacity(self.values.size());
        let migrated = self.is_of_an_earlier_version_than(current);
        let fields = self.fields.iter().map(|change| {
            let key = change.key.as_bytes();
            let stored = current.fields().get(&change.key).filter(|_| self.survives(key));
            // what the migration made of it is not what this request changed, and what it changed must not be lost (T42)
            if migrated && stored != self.loaded(&change.key) && !matches!(change.merge, Merge::YieldTo) {
                return Err(Conflict);
            }
            let met = self.resolve(change, stored, self.loaded(&change.key), Place::Core)?;
            let value = met.map(|json| values.write(key, |out| out.extend_from_slice(&json)));
            Ok(FieldChange { key: change.key.clone(), value, merge: change.merge.clone() })
        });
        Ok(Self {
            op: self.op,
            fields: fields.collect::<Result<_, _>>()?,
            base: Some(Arc::clone(current)),
            values,
            wipe: self.wipe.clone(),
            exact: false,
            meta: self.meta.clone(),
            max_bytes: self.max_bytes,
            // it is of the record that was loaded before
            decoded: None,
        })
    }
}
