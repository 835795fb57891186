//! Any of the stores, and an application on it: for what holds on all of them.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock, Timestamp};
use session_runtime::store::{
    Changes, Created, EncryptedStore, Found, Key, Record, RedisServer, Rotated, Store, StoreError, Touched,
    Updated,
};
use session_runtime::{FileStore, KeyRing, MemoryStore, Owned, RedisStore, RootSession, SecretKey, Sessions};
use tokio::task::JoinHandle;

use crate::folder::Folder;
use crate::redis::{prefix, shared, shared_cluster};
use crate::scripted::ScriptedStore;
use crate::{Browser, Gate, Reply, Request, serve};

/// Any of the stores.
#[derive(Clone)]
pub enum Any {
    /// In this process.
    Memory(MemoryStore),
    /// In a folder.
    Files(FileStore),
    /// On a server or a cluster.
    Redis(RedisStore),
    /// Encrypted, in this process.
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
pub enum Kind {
    /// In this process.
    Memory,
    /// In a folder.
    Files,
    /// On a server.
    Redis,
    /// On a cluster.
    Cluster,
    /// Encrypted, in this process.
    Encrypted,
    /// In the cookie, readable.
    SignedCookie,
    /// In the cookie.
    EncryptedCookie,
    /// In the cookie, with the list of what has ended in Redis.
    CookieAndRedis,
    /// In the cookie, without a list of what has ended.
    FreeCookie,
}

impl Kind {
    /// Whether the sessions are in their cookies.
    pub const fn is_cookie(self) -> bool {
        matches!(self, Self::SignedCookie | Self::EncryptedCookie | Self::CookieAndRedis | Self::FreeCookie)
    }

    /// Whether the server can end a session.
    pub const fn can_end(self) -> bool {
        !matches!(self, Self::FreeCookie)
    }

    /// The store that the server has: of the sessions, or of what has ended.
    pub fn store(self, folder: &Folder) -> Any {
        match self {
            Self::Memory | Self::SignedCookie | Self::EncryptedCookie | Self::FreeCookie => {
                Any::Memory(MemoryStore::new())
            }
            Self::Files => Any::Files(FileStore::open(&folder.0).unwrap()),
            Self::Redis | Self::CookieAndRedis => {
                Any::Redis(RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap())
            }
            Self::Cluster => {
                let cluster = RedisServer::cluster(shared_cluster().urls());
                Any::Redis(RedisStore::builder(cluster).prefix(prefix()).build().unwrap())
            }
            Self::Encrypted => Any::Encrypted(Arc::new(EncryptedStore::new(MemoryStore::new(), &any_keys()))),
        }
    }
}

/// Keys that nobody else has.
pub fn any_keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

/// An application on one of the stores, and what a test holds of it.
#[derive(Debug)]
pub struct Application<R: RootSession> {
    /// Where its sessions are.
    pub kind: Kind,
    /// The store that the server has.
    pub store: ScriptedStore<Any>,
    /// The test's.
    pub clock: Arc<ManualClock>,
    /// What slow handlers wait at.
    pub gate: Gate,
    /// Its sessions.
    pub sessions: Sessions<R>,
    /// Where it listens.
    pub server: SocketAddr,
    _folder: Folder,
}

impl<R: RootSession> Application<R> {
    /// Serves `app` with its `sessions`, which are in this store and go by this clock.
    pub async fn serve(
        kind: Kind,
        sessions: impl FnOnce(&ScriptedStore<Any>, Arc<ManualClock>) -> Sessions<R>,
        app: impl FnOnce(&Gate, &Sessions<R>) -> Router,
    ) -> Self {
        let folder = Folder::new();
        let store = ScriptedStore::around(kind.store(&folder));
        // servers that drop what is over do so by their own clock: the records begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let sessions = sessions(&store, Arc::clone(&clock));
        let gate = Gate::default();
        let server = serve(app(&gate, &sessions)).await;
        Self { kind, store, clock, gate, sessions, server, _folder: folder }
    }

    /// A browser that has never been there.
    pub const fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// What somebody with this browser's cookie sees; asking does not touch the browser.
    pub async fn seen_by(&self, browser: &Browser) -> String {
        browser.prepare(Request::get("/")).send(self.server).await.body
    }

    /// Sends a request that another task waits for.
    pub fn send(&self, browser: &Browser, request: Request) -> JoinHandle<Reply> {
        let (request, server) = (browser.prepare(request), self.server);
        tokio::spawn(async move { request.send(server).await })
    }

    /// A browser in which somebody logs in, by a `POST` to `target`.
    pub async fn logged_in_by(&self, target: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post(target).await.status, 200, "{:?}", self.kind);
        // of two logins in one moment, neither is the older one
        self.clock.advance(Duration::from_millis(1));
        browser
    }

    /// What the sessions of this owner are called, in alphabetical order.
    pub async fn labels_of(&self, owner: &str) -> Vec<String>
    where
        R: Owned<Field = Option<String>>,
    {
        let found = self.sessions.sessions_of(&owner.to_owned()).await.unwrap();
        let labels = found.iter().map(|session| session.label().unwrap_or("-").to_owned());
        let mut labels: Vec<String> = labels.collect();
        labels.sort();
        labels
    }
}
