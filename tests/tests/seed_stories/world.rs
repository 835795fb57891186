//! The stores, each with what a restart of the application leaves of it.

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::kind::{EncryptedCookie, Keeps, SignedCookie};
use session_runtime::{
    EncryptedCookieStore, FileStore, KeyRing, MemoryStore, RedisStore, RevocationList, RootSession,
    SecretKey, Sessions, SessionsBuilder, SignedCookieStore,
};
use session_tests::redis::{prefix, shared};
use session_tests::{Browser, Request, serve};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Where sessions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Files,
    Redis,
    Signed,
    Encrypted,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Memory, Self::Files, Self::Redis, Self::Signed, Self::Encrypted];

    /// Whether the browser keeps the session itself.
    pub(crate) const fn is_cookie(self) -> bool {
        matches!(self, Self::Signed | Self::Encrypted)
    }
}

/// What outlives the application's process, and goes when the test does.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) folder: PathBuf,
    pub(crate) prefix: String,
    key: [u8; 32],
}

impl Place {
    pub(crate) fn new(kind: Kind) -> Self {
        let prefix = prefix();
        let folder = std::env::temp_dir().join(format!("seed-stories-{}", prefix.replace(':', "")));
        std::fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
        Self { kind, folder, prefix, key: key_bytes(1) }
    }

    fn keys(&self) -> KeyRing {
        KeyRing::new(SecretKey::from_bytes(self.key).unwrap())
    }

    /// Sessions whose store is opened anew, as a process does when it starts.
    pub(crate) fn sessions<R>(&self) -> SessionsBuilder<R>
    where
        R: RootSession,
        SignedCookie: Keeps<R>,
        EncryptedCookie: Keeps<R>,
    {
        let files = || FileStore::open(&self.folder).unwrap();
        let list = || RevocationList::new(files());
        match self.kind {
            Kind::Memory => Sessions::builder(MemoryStore::new()),
            Kind::Files => Sessions::builder(files()),
            Kind::Redis => {
                let store = RedisStore::builder(shared().url()).prefix(&self.prefix).build().unwrap();
                Sessions::builder(store)
            }
            Kind::Signed => Sessions::builder(SignedCookieStore::new(self.keys(), list())),
            Kind::Encrypted => Sessions::builder(EncryptedCookieStore::new(self.keys(), list())),
        }
    }

    /// The files that hold something: locks do not.
    pub(crate) fn records(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).unwrap().map(Result::unwrap);
        entries.filter(|entry| entry.metadata().unwrap().len() > 0).map(|entry| entry.path()).collect()
    }

    /// The keys of this place in Redis.
    pub(crate) fn keys_in_redis(&self) -> Vec<String> {
        shared().keys().into_iter().filter(|key| key.starts_with(&self.prefix)).collect()
    }

    /// Every byte that is kept on the server, names of files and keys included.
    pub(crate) fn at_rest(&self) -> Vec<u8> {
        let mut bytes = shared().dump(&self.prefix);
        for entry in std::fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            bytes.extend_from_slice(entry.file_name().as_encoded_bytes());
            bytes.extend(std::fs::read(entry.path()).unwrap());
        }
        bytes
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A key that looks random and is the same in every run.
pub(crate) fn key_bytes(seed: u8) -> [u8; 32] {
    let mut state = u32::from(seed).wrapping_mul(0x9e37_79b9);
    std::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
}

/// An application on one of the stores.
pub(crate) struct World<R> {
    pub(crate) place: Place,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) server: SocketAddr,
    app: fn(Sessions<R>) -> Router,
}

impl<R> World<R>
where
    R: RootSession,
    SignedCookie: Keeps<R>,
    EncryptedCookie: Keeps<R>,
{
    async fn new(kind: Kind, app: fn(Sessions<R>) -> Router) -> Self {
        let place = Place::new(kind);
        // Redis drops what is over by its own clock: the sessions begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let server = start(&place, &clock, app).await;
        Self { place, clock, server, app }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.place.kind
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// A browser that brings this cookie along.
    pub(crate) fn browser_with(&self, pair: &str) -> Browser {
        let mut browser = self.browser();
        browser.plant(pair);
        browser
    }

    /// The application is started once more, as after a new deployment.
    pub(crate) async fn restart(&mut self) {
        self.server = start(&self.place, &self.clock, self.app).await;
    }

    /// The same with another key.
    pub(crate) async fn restart_with_another_key(&mut self) {
        self.place.key = key_bytes(2);
        self.restart().await;
    }

    /// The body of `GET target` with exactly this cookie.
    pub(crate) async fn seen_with(&self, target: &str, cookie: &str) -> String {
        Request::get(target).cookie(cookie).send(self.server).await.body
    }
}

async fn start<R>(place: &Place, clock: &Arc<ManualClock>, app: fn(Sessions<R>) -> Router) -> SocketAddr
where
    R: RootSession,
    SignedCookie: Keeps<R>,
    EncryptedCookie: Keeps<R>,
{
    serve(app(place.sessions().clock(Arc::clone(clock)).build().unwrap())).await
}

/// Tells a story on each store.
pub(crate) async fn on_every_store<R>(app: fn(Sessions<R>) -> Router, story: impl AsyncFn(World<R>))
where
    R: RootSession,
    SignedCookie: Keeps<R>,
    EncryptedCookie: Keeps<R>,
{
    for kind in Kind::ALL {
        println!("{kind:?}"); // which one it was, if it fails
        story(World::new(kind, app).await).await;
    }
}

/// The attributes of the only cookie that a reply sets, without its name and value.
pub(crate) fn attributes(line: &str) -> Vec<&str> {
    let mut attributes: Vec<&str> = line.split("; ").skip(1).collect();
    attributes.sort_unstable();
    attributes
}
