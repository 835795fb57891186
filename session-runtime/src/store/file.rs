//! Records in a folder, one file each.

mod document;
mod folder;
#[cfg(feature = "_fuzzing")]
pub(crate) mod fuzzing;
mod records;
mod sweep;
mod template;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::folder::Folder;
use self::records::Records;
use self::template::Template;
use super::{Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated};
use crate::clock::Timestamp;
use crate::error::Error;

/// A [`Store`] in a folder of the file system, one JSON file for each session; a clone is the same store.
///
/// Several processes on one machine may use one folder: what they change at once is merged as if they were one. A network
/// file system that does not lock (`flock`) is not for this store.
///
/// The folder is for its owner alone (mode 0700, created so, or refused), and so are the files (0600). A file is named by the
/// hash of the session's id, so whoever lists the folder learns no id. Files are replaced as a whole: a reader sees the old
/// record or the new one, whenever the machine stops.
///
/// A file that is no record of ours, be it empty, torn, too large, a link, or another session's under a wrong name, is
/// treated as absent, with a warning in the log.
///
/// Files are read and written on tokio's threads for blocking work, so the store needs a tokio runtime.
#[derive(Clone)]
pub struct FileStore(Arc<Records>);

/// What a write has survived when the store says that it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power failure: the file and the folder are flushed to the disk.
    #[default]
    Full,
    /// The end of the process, but not of the machine: nothing waits for the disk.
    Process,
}

impl FileStore {
    /// A store in `folder`, which is created if need be.
    ///
    /// # Errors
    /// If the folder cannot be used, or is open to others than its owner; the text says why.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder(folder).open()
    }

    /// A store in `folder` with other options.
    pub fn builder(folder: impl AsRef<Path>) -> FileStoreBuilder {
        FileStoreBuilder {
            folder: folder.as_ref().to_owned(),
            template: Template::DEFAULT.to_owned(),
            durability: Durability::Full,
        }
    }

    /// Removes every session and every id that is remembered as dead, and says how many files that were. Files that are not
    /// named by this store's template stay.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub async fn clear_all(&self) -> Result<usize, StoreError> {
        self.blocking(Records::clear_all).await
    }

    /// Does `work` where blocking is allowed. It is carried out to its end even if nobody waits for it any longer.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Records) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(StoreError::unavailable)?;
        let records = Arc::clone(&self.0);
        runtime.spawn_blocking(move || work(&records)).await.map_err(StoreError::unavailable)?
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileStore(..)")
    }
}

impl Store for FileStore {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        let key = *key;
        self.blocking(move |records| records.load(&key)).await
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let key = *key;
        self.blocking(move |records| records.create(&key, &record)).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let (key, changes) = (*key, changes.clone());
        self.blocking(move |records| records.update(&key, &changes)).await
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let (old, new, changes) = (*old, *new, changes.clone());
        self.blocking(move |records| records.rotate(&old, &new, &changes, tombstone)).await
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        let key = *key;
        self.blocking(move |records| records.touch(&key, seen)).await
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        let key = *key;
        self.blocking(move |records| records.delete(&key, tombstone)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.blocking(move |records| records.sweep(now)).await
    }
}

/// Options of a [`FileStore`].
#[derive(Clone, Debug)]
#[must_use = "nothing is opened until `open` is called"]
pub struct FileStoreBuilder {
    folder: PathBuf,
    template: String,
    durability: Durability,
}

impl FileStoreBuilder {
    /// How files are named: `%s`, exactly once, stands for the key in 64 hexadecimal digits. `session-%s.json` unless set.
    pub fn filename_template(mut self, template: impl Into<String>) -> Self {
        self.template = template.into();
        self
    }

    /// What a write survives. [`Durability::Full`] unless set.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// The store.
    ///
    /// # Errors
    /// If the template breaks a rule, or the folder cannot be used or is open to others than its owner; the text says why.
    pub fn open(self) -> Result<FileStore, Error> {
        let template = Template::new(&self.template).map_err(Error::config)?;
        let folder = Folder::open(&self.folder, self.durability).map_err(|why| {
            Error::config(format!("the folder of sessions {}: {why}", self.folder.display()))
        })?;
        Ok(FileStore(Arc::new(Records { folder, template })))
    }
}

#[cfg(test)]
#[cfg(feature = "conformance")]
mod tests;
