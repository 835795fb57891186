//! The operations of the store, each under the lock of its keys.
//!
//! # How a rotation is one step
//!
//! It writes two files, and a reader, or a crash, may come between. So the first, the moved record, says where it comes
//! `from`, and does not count yet. The second is the tombstone, which says where the record was moved `to`. Renaming it into
//! the place of the old record is the one step: before it the old key reaches the record, and after it the new one does.
//! The next write of the record drops `from`; [`sweep`](super::sweep) does so before it forgets the tombstone.

use std::io;

use super::document::{self, Document, Unreadable};
use super::folder::{Content, Folder};
use super::template::Template;
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::record::Record;
use crate::store::{Created, Found, Rotated, Touched, Updated};
use crate::token::Key;

/// How many rotations a deletion follows. Within the life of a tombstone nobody logs in that often.
const ROTATIONS_FOLLOWED: usize = 64;

pub(super) struct Records {
    pub(super) folder: Folder,
    pub(super) template: Template,
}

/// What the file of a key comes to.
pub(super) enum Kept {
    Record(Record),
    Tombstone {
        until: Timestamp,
        to: Option<Key>,
    },
    /// A record that was written by a rotation that has not happened, or not yet.
    Pending(Record),
    /// Of a version of the application that is newer than this one.
    Newer,
    /// No file, or one that is not ours.
    Nothing,
}

impl Records {
    pub(super) fn load(&self, key: &Key) -> Result<Found, StoreError> {
        Ok(match self.kept(key)? {
            Kept::Record(record) => Found::Record(record.into()),
            Kept::Tombstone { until, to } => Found::Tombstone { until, moved: to },
            Kept::Pending(_) | Kept::Newer | Kept::Nothing => Found::Nothing,
        })
    }

    pub(super) fn create(&self, key: &Key, record: &Record) -> Result<Created, StoreError> {
        let _locked = self.folder.lock(stripe(key)).map_err(unavailable)?;
        if !self.is_free(key)? {
            return Ok(Created::Exists);
        }
        self.write(key, record)?;
        Ok(Created::Created)
    }

    pub(super) fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let _locked = self.folder.lock(stripe(key)).map_err(unavailable)?;
        let Kept::Record(record) = self.kept(key)? else { return Ok(Updated::Gone) };
        let next = match changes.apply(&record) {
            Ok(next) => next,
            Err(refusal) => return Ok(refusal.into()),
        };
        self.write(key, &next)?;
        Ok(Updated::Applied)
    }

    pub(super) fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let _locked = self.folder.lock_both(stripe(old), stripe(new)).map_err(unavailable)?;
        let Kept::Record(record) = self.kept(old)? else { return Ok(Rotated::Gone) };
        if !self.is_free(new)? {
            return Ok(Rotated::Exists);
        }
        let next = match changes.apply(&record) {
            Ok(next) => next,
            Err(refusal) => return Ok(refusal.into()),
        };
        let moved = document::record(new, &next, Some(old)).map_err(StoreError::unavailable)?;
        let dead = document::tombstone(old, tombstone, Some(new)).map_err(StoreError::unavailable)?;
        self.put(new, &moved)?;
        self.put(old, &dead)?;
        Ok(Rotated::Rotated)
    }

    pub(super) fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        let _locked = self.folder.lock(stripe(key)).map_err(unavailable)?;
        let Kept::Record(record) = self.kept(key)? else { return Ok(Touched::Gone) };
        if record.meta().last_seen < seen {
            let mut meta = record.meta().clone();
            meta.last_seen = seen;
            self.write(key, &record.with_meta(meta))?;
        }
        Ok(Touched::Touched)
    }

    pub(super) fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        let mut key = *key;
        // a rotation that came first has moved the record on, and another one may be moving it now
        for _ in 0..ROTATIONS_FOLLOWED {
            let _locked = self.folder.lock(stripe(&key)).map_err(unavailable)?;
            match self.kept(&key)? {
                Kept::Record(_) => {
                    let dead = document::tombstone(&key, tombstone, None).map_err(StoreError::unavailable)?;
                    return self.put(&key, &dead);
                }
                Kept::Tombstone { to: Some(next), .. } => key = next,
                Kept::Tombstone { to: None, .. } | Kept::Pending(_) | Kept::Newer | Kept::Nothing => {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What is under `key`. Without its lock, this is what was there at one moment of the call.
    pub(super) fn kept(&self, key: &Key) -> Result<Kept, StoreError> {
        Ok(match self.read(key)? {
            Some(Document::Tombstone { until, to }) => Kept::Tombstone { until, to },
            Some(Document::Record { record, from: None }) => Kept::Record(record),
            Some(Document::Record { record, from: Some(from) }) => match self.read(&from)? {
                Some(Document::Tombstone { to: Some(to), .. }) if to == *key => Kept::Record(record),
                // the tombstone was swept meanwhile, and before that this record was made to stand alone
                None => match self.read(key)? {
                    Some(Document::Record { record, from: None }) => Kept::Record(record),
                    Some(Document::Tombstone { until, to }) => Kept::Tombstone { until, to },
                    _ => Kept::Pending(record),
                },
                Some(_) => Kept::Pending(record),
            },
            None if self.is_newer(key)? => Kept::Newer,
            None => Kept::Nothing,
        })
    }

    /// Whether a record can be put there. What is no record of anybody's gives way.
    fn is_free(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(matches!(self.kept(key)?, Kept::Nothing | Kept::Pending(_)))
    }

    fn read(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        match self.folder.read(&self.template.name(key)).map_err(unavailable)? {
            Content::Nothing => Ok(None),
            Content::Foreign(what) => {
                crate::event::foreign_file(what);
                Ok(None)
            }
            Content::Bytes(bytes) => match document::read(&bytes, key) {
                Ok(document) => Ok(Some(document)),
                Err(Unreadable::Newer) => {
                    crate::event::foreign_file("of a newer format");
                    Ok(None)
                }
                Err(Unreadable::Corrupt) => {
                    crate::event::foreign_file("torn, or not a record of this key");
                    Ok(None)
                }
            },
        }
    }

    fn is_newer(&self, key: &Key) -> Result<bool, StoreError> {
        let content = self.folder.read(&self.template.name(key)).map_err(unavailable)?;
        Ok(
            matches!(content, Content::Bytes(bytes) if document::read(&bytes, key).err() == Some(Unreadable::Newer)),
        )
    }

    pub(super) fn write(&self, key: &Key, record: &Record) -> Result<(), StoreError> {
        let bytes = document::record(key, record, None).map_err(StoreError::unavailable)?;
        self.put(key, &bytes)
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), StoreError> {
        self.folder.replace(&self.template.name(key), bytes).map_err(unavailable)
    }
}

/// The last byte of the hash: any is as good as another.
pub(super) fn stripe(key: &Key) -> u8 {
    key.as_bytes()[31]
}

pub(super) fn unavailable(error: io::Error) -> StoreError {
    StoreError::unavailable(error)
}
