//! Records of an earlier version of the session type: how they are read, and how they are written anew (T42).
//!
//! A record carries the version of the type that it was written by. One of an earlier version is migrated when it is loaded,
//! on a copy; what the migration did is written with the next write of the session, and by no read, unless it writes the
//! owner in another form. One of a later version is read as far as it decodes, and its version is never lowered.

mod migration;

pub use migration::{Migrates, Migration, MigrationError};

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::changes::{Changes, FieldChange, Merge};
use crate::data::{Field, Role, RootSession, SessionData};
use crate::record::fields::Builder;
use crate::record::{Fields, Meta, MetaChange, OpId, Record};

/// What a root session type declares of its version.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    version: u32,
    migrate: Option<&'static dyn Migrates>,
    owner: Option<Keys>,
    impersonator: Option<Keys>,
}

/// The keys that a field is stored under: the present one, and earlier ones.
#[derive(Clone, Copy)]
struct Keys(&'static str, &'static [&'static str]);

impl Schema {
    pub(crate) fn of<R: RootSession>() -> Self {
        let policy = R::POLICY;
        let keys = |role| R::FIELDS.iter().find(|field| field.role == role).map(Keys::of);
        Self {
            version: policy.version,
            migrate: policy.migrate,
            owner: keys(Role::Owner),
            impersonator: keys(Role::Impersonator),
        }
    }

    /// The declared version; 0 if none is.
    pub(crate) const fn version(&self) -> u32 {
        self.version
    }

    /// What becomes of a record of an earlier version; nothing of one of this version, or of a later one.
    ///
    /// # Errors
    /// The migration fails, or panics, or does what none may do.
    #[inline]
    pub(crate) fn upgrade(&self, loaded: &Arc<Record>) -> Result<Option<Arc<Upgrade>>, MigrationError> {
        if loaded.meta().schema >= self.version {
            return Ok(None);
        }
        self.migrated(loaded).map(|upgrade| Some(Arc::new(upgrade)))
    }

    fn migrated(&self, loaded: &Arc<Record>) -> Result<Upgrade, MigrationError> {
        let mut migration = Migration::of(loaded);
        if let Some(migrate) = self.migrate {
            let run = AssertUnwindSafe(|| migrate.migrate(&mut migration));
            catch_unwind(run).unwrap_or_else(|_| Err(MigrationError::new("the function panicked")))?;
        }
        let (fields, touched) = migration.into_parts();
        let owner = self.owner_after(loaded, &fields)?;
        let meta = Meta { schema: self.version, owner, ..loaded.meta().clone() };
        Ok(Upgrade { loaded: Arc::clone(loaded), record: Arc::new(Record::new(meta, fields)), touched })
    }

    /// The owner that the migrated fields name. Somebody's session must not become nobody's by a migration, nor nobody's
    /// somebody's: no one proved who they are.
    fn owner_after(&self, loaded: &Record, fields: &Fields) -> Result<Option<Box<str>>, MigrationError> {
        let known = &loaded.meta().owner;
        let Some(keys) = self.owner else { return Ok(known.clone()) };
        let (before, after) = (keys.read(loaded.fields()), keys.read(fields));
        if let Some(mark) = self.impersonator {
            let (is, stays) = (mark.read(loaded.fields()), mark.read(fields));
            // the owner of such a record is behind the mark, and not in the field
            if is != stays || is.is_some() && before != after {
                return Err(MigrationError::new("it changed who acts as whom in an impersonation"));
            }
        }
        if known.is_some() && after.is_none() {
            return Err(MigrationError::new("it took the owner away"));
        }
        if known.is_none() && before.is_none() && after.is_some() {
            return Err(MigrationError::new("it made somebody the owner"));
        }
        Ok(if before == after { known.clone() } else { after.map(Into::into) })
    }
}

impl Keys {
    fn of<S: SessionData>(field: &Field<S>) -> Self {
        Self(field.key, field.aliases)
    }

    fn read(self, fields: &Fields) -> Option<&str> {
        let Self(key, aliases) = self;
        let json = fields.get(key).or_else(|| aliases.iter().find_map(|alias| fields.get(alias)))?;
        std::str::from_utf8(json).ok().filter(|json| *json != "null")
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("version", &self.version).finish_non_exhaustive()
    }
}

/// A record of an earlier version, and what it is in the present one.
#[derive(Debug)]
pub(crate) struct Upgrade {
    /// As it is stored.
    pub(crate) loaded: Arc<Record>,
    /// As the request sees it.
    pub(crate) record: Arc<Record>,
    /// The keys that the migration read or changed.
    touched: Vec<String>,
}

impl Upgrade {
    /// The record as the request sees it, where activity was recorded or an id renewed since it was loaded.
    pub(crate) fn seen(&self, now: &Meta) -> Arc<Record> {
        let Meta { schema, owner, .. } = self.record.meta();
        let meta = Meta { schema: *schema, owner: owner.clone(), ..now.clone() };
        Arc::new(self.record.with_meta(meta))
    }

    /// Whether it writes the owner otherwise than they are stored: then another index is theirs.
    pub(crate) fn changes_owner(&self) -> bool {
        self.loaded.meta().owner != self.record.meta().owner
    }

    /// The changes of the migration, and none of a request, to the record that was loaded and no other.
    pub(crate) fn alone(&self) -> Changes {
        self.with(&Changes {
            op: OpId::next(),
            base: None,
            fields: Vec::new(),
            values: Builder::default(),
            wipe: None,
            exact: true,
            meta: MetaChange::default(),
            max_bytes: usize::MAX,
            decoded: None,
        })
    }

    /// Changes of a request that sees the migrated record, together with those of the migration, as of a request that
    /// loaded the stored one.
    ///
    /// What the migration is made of must still be there, so another request's change of that is a conflict: the core then
    /// migrates the record as it is now, and merges the request's changes into it. A request of the earlier version
    /// loses nothing by this.
    pub(crate) fn with(&self, changes: &Changes) -> Changes {
        let fields = self.record.fields();
        let mut values = Builder::with_capacity(changes.values.size() + fields.size());
        let mut all = Vec::with_capacity(changes.fields.len() + self.touched.len());
        for change in &changes.fields {
            let json = change.value.as_ref().map(|at| changes.values.written(at));
            let value =
                json.map(|json| values.write(change.key.as_bytes(), |out| out.extend_from_slice(json)));
            let is_touched = self.touched.iter().any(|key| *key == change.key);
            let merge = if is_touched { Merge::Reject } else { change.merge.clone() };
            all.push(FieldChange { key: change.key.clone(), value, merge });
        }
        for key in &self.touched {
            let is_there = changes.fields.iter().any(|change| change.key == *key);
            if is_there || !changes.survives(key.as_bytes()) {
                continue;
            }
            let json = fields.get(key);
            let value = json.map(|json| values.write(key.as_bytes(), |out| out.extend_from_slice(json)));
            all.push(FieldChange { key: key.clone().into(), value, merge: Merge::Reject });
        }
        let (before, after) = (self.loaded.meta(), self.record.meta());
        let owner = (before.owner != after.owner).then(|| after.owner.clone());
        Changes {
            op: changes.op,
            base: Some(Arc::clone(&self.loaded)),
            fields: all,
            values,
            wipe: changes.wipe.clone(),
            exact: changes.exact,
            meta: MetaChange {
                schema: Some(after.schema),
                owner: changes.meta.owner.clone().or(owner),
                ..changes.meta.clone()
            },
            // what the migration needs is no growth by the request
            max_bytes: changes.max_bytes.max(fields.size()),
            decoded: changes.decoded.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
