//! Any of the stores.

use std::fmt;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, EncryptedStore, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use session_runtime::{
    EncryptedCookieStore, FileStore, KeyRing, MemoryStore, RedisStore, RevocationList, SecretKey, Sessions,
    SessionsBuilder, SignedCookieStore,
};
use session_tests::ScriptedStore;
use session_tests::redis::{prefix, shared};

use crate::world::Shop;

/// Any of the stores.
#[derive(Clone)]
pub(crate) enum Any {
    Memory(MemoryStore),
    Files(FileStore),
    Redis(RedisStore),
    Encrypted(Arc<EncryptedStore<MemoryStore>>),
}

macro_rules! on_any {
    ($any:expr, $store:ident => $call:expr) => {
        match $any {
            Any::Memory($store) => $call.await,
            Any::Files($store) => $call.await,
            Any::Redis($store) => $call.await,
            Any::Encrypted($store) => $call.await,
        }
    };
}

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Any(..)")
    }
}

impl Store for Any {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        on_any!(self, store => store.load(key))
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        on_any!(self, store => store.create(key, record))
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        on_any!(self, store => store.update(key, changes))
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        on_any!(self, store => store.rotate(old, new, changes, tombstone))
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        on_any!(self, store => store.touch(key, seen))
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        on_any!(self, store => store.delete(key, tombstone))
    }

    fn is_sharded(&self) -> bool {
        matches!(self, Self::Redis(store) if Store::is_sharded(store))
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        on_any!(self, store => store.sweep(now))
    }
}

/// Where the sessions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Files,
    Redis,
    Encrypted,
    SignedCookie,
    EncryptedCookie,
    /// Without a list of what has ended.
    FreeCookie,
}

impl Kind {
    pub(crate) const SERVERS: [Self; 4] = [Self::Memory, Self::Files, Self::Redis, Self::Encrypted];

    pub(crate) const ALL: [Self; 7] = [
        Self::Memory,
        Self::Files,
        Self::Redis,
        Self::Encrypted,
        Self::SignedCookie,
        Self::EncryptedCookie,
        Self::FreeCookie,
    ];

    pub(crate) const fn is_cookie(self) -> bool {
        matches!(self, Self::SignedCookie | Self::EncryptedCookie | Self::FreeCookie)
    }

    /// Whether the server can end a session.
    pub(crate) fn can_end(self) -> bool {
        self != Self::FreeCookie
    }

    pub(crate) fn store(self, folder: &Folder) -> Any {
        match self {
            Self::Files => Any::Files(FileStore::open(&folder.0).unwrap()),
            Self::Redis => Any::Redis(RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap()),
            Self::Encrypted => Any::Encrypted(Arc::new(EncryptedStore::new(MemoryStore::new(), &keys()))),
            _ => Any::Memory(MemoryStore::new()),
        }
    }

    pub(crate) fn sessions(self, store: &ScriptedStore<Any>) -> SessionsBuilder<Shop> {
        let list = || RevocationList::new(store.clone());
        match self {
            Self::SignedCookie => Sessions::builder(SignedCookieStore::new(keys(), list())),
            Self::EncryptedCookie => Sessions::builder(EncryptedCookieStore::new(keys(), list())),
            Self::FreeCookie => Sessions::builder(EncryptedCookieStore::without_revocation(keys())),
            _ => Sessions::builder(store.clone()),
        }
    }
}

fn keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("impersonation-{}-{}", std::process::id(), prefix().replace(':', ""));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
