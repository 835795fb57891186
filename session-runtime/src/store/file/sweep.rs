//! What is over goes, and nothing that is not ours.

use super::document::{self, Unreadable};
use super::folder::Content;
use super::records::{Kept, Records, stripe, unavailable};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::token::Key;

impl Records {
    /// Removes what is over at `now`, and says how many records and tombstones that were. What a crash left behind goes
    /// with them.
    pub(super) fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut count = 0;
        for name in self.folder.names().map_err(unavailable)? {
            if let Some(key) = self.template.key(&name) {
                // a look without the lock: most are alive, and nobody should wait for them
                if self.is_over(&key, now)? || self.is_rubbish(&key, &name)? {
                    count += usize::from(self.sweep_one(&key, &name, now)?);
                }
            } else if self.folder.is_left_behind(&name).map_err(unavailable)? {
                self.folder.remove(&name).map_err(unavailable)?;
            }
        }
        self.folder.flush().map_err(unavailable)?;
        Ok(count)
    }

    fn is_over(&self, key: &Key, now: Timestamp) -> Result<bool, StoreError> {
        Ok(match self.kept(key)? {
            Kept::Record(record) | Kept::Pending(record) => record.meta().deadline() <= now,
            Kept::Tombstone { until, .. } => until <= now,
            Kept::Newer | Kept::Nothing => false,
        })
    }

    fn sweep_one(&self, key: &Key, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        // which other lock is needed is known once the tombstone is read; it does not change after that
        let to = match self.kept(key)? {
            Kept::Tombstone { to, .. } => to,
            _ => None,
        };
        let _locked =
            self.folder.lock_both(stripe(key), stripe(to.as_ref().unwrap_or(key))).map_err(unavailable)?;
        if self.is_over(key, now)? {
            if let Some(to) = to {
                self.let_stand_alone(&to)?;
            }
            return self.folder.remove(name).map_err(unavailable);
        }
        if self.is_rubbish(key, name)? {
            self.folder.remove(name).map_err(unavailable)?;
        }
        Ok(false)
    }

    /// A record that was moved counts because of the tombstone. Before that goes, the record is made to count by itself.
    fn let_stand_alone(&self, moved: &Key) -> Result<(), StoreError> {
        match self.kept(moved)? {
            Kept::Record(record) => self.write(moved, &record),
            _ => Ok(()),
        }
    }

    /// A file under a name of ours that says nothing, and that nobody has written to for long.
    fn is_rubbish(&self, key: &Key, name: &str) -> Result<bool, StoreError> {
        if !self.folder.is_stale(name).map_err(unavailable)? {
            return Ok(false);
        }
        Ok(match self.folder.read(name).map_err(unavailable)? {
            Content::Bytes(bytes) => document::read(&bytes, key).err() == Some(Unreadable::Corrupt),
            Content::Foreign(_) => true,
            Content::Nothing => false,
        })
    }

    /// Removes every record and every tombstone, and what a crash left behind; says how many files that were.
    pub(super) fn clear_all(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for name in self.folder.names().map_err(unavailable)? {
            let ours = match self.template.key(&name) {
                Some(key) => {
                    let _locked = self.folder.lock(stripe(&key)).map_err(unavailable)?;
                    self.folder.remove(&name).map_err(unavailable)?
                }
                None if self.folder.is_left_behind(&name).map_err(unavailable)? => {
                    self.folder.remove(&name).map_err(unavailable)?
                }
                None => false,
            };
            count += usize::from(ours);
        }
        self.folder.flush().map_err(unavailable)?;
        Ok(count)
    }
}
