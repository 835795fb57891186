//! The store in real folders: the whole contract, and what is special to files.

mod folders;
mod foreign;
mod rotation;

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Durability, FileStore};
use crate::store::conformance::kit::{key, record};
use crate::store::conformance::{Subject, tests};
use crate::store::{Created, Found, Key, Record, Store as _};

/// A folder of one test, removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        let name = format!("session-files-{:032x}", crate::record::OpId::next().as_u128());
        let folder = Self(std::env::temp_dir().join(name));
        std::fs::DirBuilder::new().mode(0o700).create(&folder.0).unwrap();
        folder
    }

    fn path(&self) -> PathBuf {
        self.0.join("sessions")
    }

    fn store(&self) -> FileStore {
        // what a power failure leaves is not for a test to see, and waiting for the disk takes long
        FileStore::builder(self.path()).durability(Durability::Process).open().unwrap()
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.path().join(format!("session-{}.json", key.to_hex()))
    }

    /// The names of what is in the folder, locks aside.
    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| !name.starts_with(".session-lock-"));
        names.sort();
        names
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Every byte of every file, and every name.
fn dump(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(path.to_string_lossy().into_owned().into_bytes());
        bytes.extend(std::fs::read(path).unwrap());
    }
    bytes
}

async fn created(store: &FileStore, key: &Key) -> Arc<Record> {
    let record = record(&[("a", "1")]);
    assert_eq!(store.create(key, Arc::clone(&record)).await.unwrap(), Created::Created);
    record
}

async fn is_live(store: &FileStore, key: &Key) -> bool {
    matches!(store.load(key).await.unwrap(), Found::Record(_))
}

tests!(async || {
    let folder = Temporary::new();
    let path = folder.path();
    Subject::new(folder.store()).with_dump(move || dump(&path)).holding(folder)
});
