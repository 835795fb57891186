//! An application with "my sessions", on any store.

use std::fmt;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_runtime::clock::{Clock as _, ManualClock, SystemClock, Timestamp};
use session_runtime::store::{
    Changes, Created, EncryptedStore, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use session_runtime::{
    EncryptedCookieStore, Error, FileStore, KeyRing, MemoryStore, RedisStore, Refused, RevocationList,
    SecretKey, Session, SessionHandle, Sessions, SessionsBuilder, SignedCookieStore, session, with_session,
};
use session_tests::redis::{prefix, shared, shared_cluster};
use session_tests::{Browser, Gate, Reply, Request, ScriptedStore, serve};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

#[session(idle = "30m", absolute = "12h", remember = "30d")]
pub(crate) struct Account {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(privileged)]
    pub(crate) admin: bool,
    #[session(label, keep)]
    pub(crate) device: Option<String>,
    pub(crate) note: String,
}

#[with_session]
async fn show(session: Option<&Account>) -> String {
    session.map_or("anonymous".to_owned(), |s| {
        format!("{} {} {}", s.user.as_deref().unwrap_or("nobody"), s.admin, s.note)
    })
}

#[with_session]
async fn login(session: &mut Account, Path((user, device)): Path<(String, String)>) {
    session.user = Some(user);
    session.device = Some(device);
}

#[with_session]
async fn act(session: &mut Account, handle: Session<Account>, Path(deed): Path<String>) {
    match deed.as_str() {
        "logout" => *session = Account::default(),
        "confirm" => handle.authenticated(),
        "rotate" => handle.rotate(),
        "renew" => handle.renew(),
        "renewed" => {
            handle.renew();
            session.note = "renewed".into();
        }
        "remember" => handle.remember(),
        "elevate" => session.admin = true,
        "yield" => session.admin = false,
        note => note.clone_into(&mut session.note),
    }
}

/// Waits at the gate between its read and its write, as a slow handler does.
#[with_session]
async fn slow(session: &mut Account, State(gate): State<Gate>) {
    gate.pass().await;
    session.note = "slow".into();
}

/// The same, and then its owner has proved who they are.
#[with_session]
async fn slow_confirm(#[session] _session: &Account, handle: Session<Account>, State(gate): State<Gate>) {
    gate.pass().await;
    handle.authenticated();
}

#[with_session]
async fn slow_read(session: &Account, State(gate): State<Gate>) -> String {
    gate.pass().await;
    session.note.clone()
}

async fn mine(handle: Session<Account>) -> Result<String, String> {
    let sessions = handle.owner_sessions().await.map_err(text)?;
    let line = |s: &session_runtime::OwnedSession| {
        format!(
            "{} {} {}\n",
            s.handle(),
            s.label().unwrap_or("-"),
            if s.is_current() { "here" } else { "there" }
        )
    };
    Ok(sessions.iter().map(line).collect())
}

async fn end_one(handle: Session<Account>, Path(which): Path<SessionHandle>) -> Result<String, String> {
    handle.revoke(which).await.map(|ended| ended.to_string()).map_err(text)
}

async fn end_others(handle: Session<Account>) -> Result<String, String> {
    handle.revoke_others().await.map(|count| count.to_string()).map_err(text)
}

// by value, as `map_err` has it
#[allow(clippy::needless_pass_by_value)]
fn text(error: Error) -> String {
    error.to_string()
}

/// Says in the body why a response was refused.
async fn explain(response: axum::response::Response) -> axum::response::Response {
    match response.extensions().get::<Refused>() {
        Some(refused) => {
            let kind = if refused.error().is_limit() { "limit" } else { "refused" };
            (response.status(), response.headers().clone(), kind).into_response()
        }
        None => response,
    }
}

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
    Cluster,
    Encrypted,
    SignedCookie,
    EncryptedCookie,
    /// With the list of what has ended in Redis.
    CookieAndRedis,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Memory,
        Self::Files,
        Self::Redis,
        Self::Cluster,
        Self::Encrypted,
        Self::SignedCookie,
        Self::EncryptedCookie,
        Self::CookieAndRedis,
    ];

    pub(crate) const fn is_cookie(self) -> bool {
        matches!(self, Self::SignedCookie | Self::EncryptedCookie | Self::CookieAndRedis)
    }

    /// The store that the server has: of the sessions, or of what has ended.
    pub(crate) fn store(self, folder: &Folder) -> Any {
        match self {
            Self::Memory | Self::SignedCookie | Self::EncryptedCookie => Any::Memory(MemoryStore::new()),
            Self::Files => Any::Files(FileStore::open(&folder.0).unwrap()),
            Self::Redis | Self::CookieAndRedis => {
                Any::Redis(RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap())
            }
            Self::Cluster => {
                let cluster = session_runtime::store::RedisServer::cluster(shared_cluster().urls());
                Any::Redis(RedisStore::builder(cluster).prefix(prefix()).build().unwrap())
            }
            Self::Encrypted => Any::Encrypted(Arc::new(EncryptedStore::new(MemoryStore::new(), &keys()))),
        }
    }

    pub(crate) fn sessions(self, store: &ScriptedStore<Any>) -> SessionsBuilder<Account> {
        let list = || RevocationList::new(store.clone());
        match self {
            Self::SignedCookie => Sessions::builder(SignedCookieStore::new(keys(), list())),
            Self::EncryptedCookie | Self::CookieAndRedis => {
                Sessions::builder(EncryptedCookieStore::new(keys(), list()))
            }
            _ => Sessions::builder(store.clone()),
        }
    }
}

pub(crate) fn keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("owners-{}-{}", std::process::id(), prefix().replace(':', ""));
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

/// A server, and what the tests hold of it.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) store: ScriptedStore<Any>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Gate,
    pub(crate) sessions: Sessions<Account>,
    pub(crate) server: SocketAddr,
    _folder: Folder,
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Self {
        Self::with(kind, |builder| builder).await
    }

    pub(crate) async fn with(
        kind: Kind,
        configure: impl FnOnce(SessionsBuilder<Account>) -> SessionsBuilder<Account>,
    ) -> Self {
        let folder = Folder::new();
        let store = ScriptedStore::around(kind.store(&folder));
        // servers that drop what is over do so by their own clock: the records begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let sessions = configure(kind.sessions(&store)).clock(Arc::clone(&clock)).build().unwrap();
        let gate = Gate::default();
        let server = serve(app(&gate, &sessions)).await;
        Self { kind, store, clock, gate, sessions, server, _folder: folder }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// A browser in which somebody is logged in.
    pub(crate) async fn logged_in(&self, user: &str, device: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post(&format!("/login/{user}/{device}")).await.status, 200, "{:?}", self.kind);
        // of two logins in one moment, neither is the older one
        self.clock.advance(Duration::from_millis(1));
        browser
    }

    /// The same, with an id that is old enough to be renewed.
    pub(crate) async fn ripe(&self, user: &str, device: &str) -> Browser {
        let browser = self.logged_in(user, device).await;
        self.clock.advance(MINUTE);
        browser
    }

    /// What somebody with this cookie sees; asking does not touch the browser.
    pub(crate) async fn seen_by(&self, browser: &Browser) -> String {
        browser.prepare(Request::get("/")).send(self.server).await.body
    }

    pub(crate) async fn labels_of(&self, owner: &str) -> Vec<String> {
        let found = self.sessions.sessions_of(&owner.to_owned()).await.unwrap();
        let mut labels: Vec<String> =
            found.iter().map(|session| session.label().unwrap_or("-").to_owned()).collect();
        labels.sort();
        labels
    }

    pub(crate) async fn handle_of(&self, owner: &str, label: &str) -> SessionHandle {
        let found = self.sessions.sessions_of(&owner.to_owned()).await.unwrap();
        found.iter().find(|session| session.label() == Some(label)).expect(label).handle()
    }

    /// Sends a request that another task waits for.
    pub(crate) fn send(&self, browser: &Browser, request: Request) -> tokio::task::JoinHandle<Reply> {
        let (request, server) = (browser.prepare(request), self.server);
        tokio::spawn(async move { request.send(server).await })
    }
}

pub(crate) fn app(gate: &Gate, sessions: &Sessions<Account>) -> Router {
    let everywhere = {
        let sessions = sessions.clone();
        async move |Path(user): Path<String>| sessions.revoke_owner(&user).await.unwrap().to_string()
    };
    Router::new()
        .route("/", get(show))
        .route("/login/{user}/{device}", post(login))
        .route("/act/{deed}", post(act))
        .route("/slow", post(slow))
        .route("/slow-read", get(slow_read))
        .route("/slow-confirm", post(slow_confirm))
        .route("/mine", get(mine))
        .route("/end/{which}", post(end_one))
        .route("/others", post(end_others))
        .route("/everywhere/{user}", post(everywhere))
        .with_state(gate.clone())
        .layer(sessions.clone())
        .layer(axum::middleware::map_response(explain))
}

/// Runs a test on each store.
pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for kind in Kind::ALL {
        test(World::new(kind).await).await;
    }
}

/// Runs a test on each store, with a limit.
pub(crate) async fn with_limit(
    sessions: usize,
    when_full: session_runtime::WhenFull,
    test: impl AsyncFn(World),
) {
    for kind in Kind::ALL {
        let limited = |builder: SessionsBuilder<Account>| builder.max_sessions(sessions).when_full(when_full);
        test(World::with(kind, limited).await).await;
    }
}
