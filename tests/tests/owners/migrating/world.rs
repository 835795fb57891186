//! One application before and after a change of the form in which it writes its owners, both on one store.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::observe::Counters;
use session_runtime::{
    EncryptedCookieStore, KeyRing, RevocationList, SecretKey, Session, SessionHandle, Sessions,
    SessionsBuilder, SignedCookieStore, WhenFull, with_session,
};
use session_tests::stores::{Any, Kind};
use session_tests::{Browser, Folder, Gate, Reply, Request, ScriptedStore, serve};

pub(crate) mod before {
    #[session_runtime::session(version = 1, idle = "30m", absolute = "12h", remember = "30d")]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<u64>,
        #[session(privileged)]
        pub(crate) admin: bool,
        #[session(label, keep)]
        pub(crate) device: Option<String>,
        pub(crate) note: String,
    }
}

pub(crate) mod after {
    use session_runtime::{Migration, MigrationError};

    #[session_runtime::session(
        version = 2,
        migrate = migrate,
        idle = "30m",
        absolute = "12h",
        remember = "30d"
    )]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<String>,
        #[session(privileged)]
        pub(crate) admin: bool,
        #[session(label, keep)]
        pub(crate) device: Option<String>,
        pub(crate) note: String,
    }

    pub(crate) fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
        match session.get::<Option<u64>>("user")?.flatten() {
            Some(user) => session.set("user", &format!("u{user}")),
            None => Ok(()),
        }
    }
}

/// The owner as they are written now.
pub(crate) fn present(user: u64) -> String {
    format!("u{user}")
}

#[with_session]
async fn show(session: Option<&after::Account>) -> String {
    session.map_or("anonymous".to_owned(), |s| {
        format!("{} {} {}", s.user.as_deref().unwrap_or("nobody"), s.admin, s.note)
    })
}

#[with_session]
async fn fail(session: &mut after::Account) -> StatusCode {
    session.note = "of a failure".into();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[with_session]
async fn mine(session: &after::Account, handle: Session<after::Account>) -> String {
    assert!(session.user.is_some());
    let sessions = handle.owner_sessions().await.unwrap();
    let line = |s: &session_runtime::OwnedSession| {
        format!("{} {}", s.label().unwrap_or("-"), if s.is_current() { "here" } else { "there" })
    };
    sessions.iter().map(line).collect::<Vec<_>>().join("+")
}

async fn take(handle: Session<after::Account>) -> String {
    let taken = handle.take_once(|s| (!s.note.is_empty()).then(|| std::mem::take(&mut s.note))).await;
    taken.map_or_else(|error| format!("refused: {}", error.is_unavailable()), Option::unwrap_or_default)
}

macro_rules! handlers {
    ($version:ident) => {
        pub(super) mod $version {
            use super::super::$version::Account;
            use super::*;

            #[with_session]
            pub(crate) async fn act(
                session: &mut Account,
                handle: Session<Account>,
                Path(deed): Path<String>,
            ) {
                match deed.as_str() {
                    "logout" => *session = Account::default(),
                    "confirm" => handle.authenticated(),
                    "rotate" => handle.rotate(),
                    "renew" => handle.renew(),
                    "remember" => handle.remember(),
                    "yield" => session.admin = false,
                    note => note.clone_into(&mut session.note),
                }
            }

            /// Stops at the gate between its read and its end.
            #[with_session]
            pub(crate) async fn slow(
                session: &mut Account,
                handle: Session<Account>,
                Path(deed): Path<String>,
                State(gate): State<Gate>,
            ) {
                gate.pass().await;
                match deed.as_str() {
                    "rotate" => handle.rotate(),
                    "renew" => handle.renew(),
                    "remember" => handle.remember(),
                    "yield" => session.admin = false,
                    note => note.clone_into(&mut session.note),
                }
            }
        }
    };
}

mod handlers {
    use super::*;

    handlers!(before);
    handlers!(after);
}

#[with_session]
async fn login_before(session: &mut before::Account, Path((user, device)): Path<(u64, String)>) {
    (session.user, session.admin, session.device) = (Some(user), true, Some(device));
}

#[with_session]
async fn login_after(session: &mut after::Account, Path((user, device)): Path<(u64, String)>) {
    (session.user, session.device) = (Some(present(user)), Some(device));
}

fn keys() -> KeyRing {
    use sha2::Digest as _;
    KeyRing::new(SecretKey::from_bytes(sha2::Sha256::digest("keys of these tests")).unwrap())
}

macro_rules! sessions {
    ($version:ident, $kind:expr, $store:expr) => {{
        let list = || RevocationList::new($store.clone());
        let builder: SessionsBuilder<$version::Account> = match $kind {
            Kind::SignedCookie => {
                Sessions::builder(SignedCookieStore::new(keys(), list()).application("shop"))
            }
            Kind::EncryptedCookie | Kind::CookieAndRedis => {
                Sessions::builder(EncryptedCookieStore::new(keys(), list()).application("shop"))
            }
            _ => Sessions::builder($store.clone()),
        };
        builder
    }};
}

/// Both servers, where sessions are in cookies and nothing is known of what has ended.
pub(crate) async fn cookies_alone() -> (SocketAddr, SocketAddr) {
    let cookies = || EncryptedCookieStore::without_revocation(keys()).application("shop");
    let old = Sessions::<before::Account>::new(cookies()).unwrap();
    let new = Sessions::<after::Account>::new(cookies()).unwrap();
    let earlier = Router::new().route("/login/{user}/{device}", post(login_before)).layer(old);
    let later =
        Router::new().route("/", get(show)).route("/act/{deed}", post(handlers::after::act)).layer(new);
    (serve(earlier).await, serve(later).await)
}

/// Both servers, and what the tests hold of them.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) store: ScriptedStore<Any>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Gate,
    pub(crate) counters: Arc<Counters>,
    pub(crate) old: Sessions<before::Account>,
    pub(crate) new: Sessions<after::Account>,
    pub(crate) earlier: SocketAddr,
    pub(crate) later: SocketAddr,
    _folder: Folder,
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Self {
        Self::with_limit(kind, 100, WhenFull::EvictOldest).await
    }

    pub(crate) async fn with_limit(kind: Kind, most: usize, when_full: WhenFull) -> Self {
        let folder = Folder::new();
        let store = ScriptedStore::around(kind.store(&folder));
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let (gate, counters) = (Gate::default(), Arc::new(Counters::default()));
        let old = sessions!(before, kind, store).clock(Arc::clone(&clock)).build().unwrap();
        let new = sessions!(after, kind, store).max_sessions(most).when_full(when_full);
        let new = new.observer(Arc::clone(&counters)).clock(Arc::clone(&clock)).build().unwrap();
        let earlier = Router::new()
            .route("/login/{user}/{device}", post(login_before))
            .route("/act/{deed}", post(handlers::before::act))
            .route("/slow/{deed}", post(handlers::before::slow))
            .with_state(gate.clone())
            .layer(old.clone());
        let later = Router::new()
            .route("/", get(show))
            .route("/mine", get(mine))
            .route("/fail", post(fail))
            .route("/take", post(take))
            .route("/login/{user}/{device}", post(login_after))
            .route("/act/{deed}", post(handlers::after::act))
            .route("/slow/{deed}", post(handlers::after::slow))
            .with_state(gate.clone())
            .layer(new.clone());
        let (earlier, later) = (serve(earlier).await, serve(later).await);
        Self { kind, store, clock, gate, counters, old, new, earlier, later, _folder: folder }
    }

    /// A browser at the later server, in which somebody was logged in by the earlier one.
    pub(crate) async fn begun_before(&self, user: u64, device: &str) -> Browser {
        let mut earlier = Browser::new(self.earlier);
        assert_eq!(earlier.post(&format!("/login/{user}/{device}")).await.status, 200, "{:?}", self.kind);
        self.clock.advance(Duration::from_millis(1));
        self.at_the_later(&earlier)
    }

    pub(crate) fn at_the_later(&self, browser: &Browser) -> Browser {
        let mut later = Browser::new(self.later);
        if let Some(cookie) = browser.cookie() {
            later.plant(&cookie);
        }
        later
    }

    /// One in which somebody was logged in by the later server.
    pub(crate) async fn begun_after(&self, user: u64, device: &str) -> Browser {
        let mut later = Browser::new(self.later);
        assert_eq!(later.post(&format!("/login/{user}/{device}")).await.status, 200, "{:?}", self.kind);
        self.clock.advance(Duration::from_millis(1));
        later
    }

    pub(crate) async fn seen_by(&self, browser: &Browser) -> String {
        browser.prepare(Request::get("/")).send(self.later).await.body
    }

    pub(crate) async fn former_handles(&self, user: u64) -> Vec<SessionHandle> {
        self.old.sessions_of(&user).await.unwrap().iter().map(session_runtime::OwnedSession::handle).collect()
    }

    pub(crate) async fn handles(&self, user: u64) -> Vec<SessionHandle> {
        let found = self.new.sessions_of(&present(user)).await.unwrap();
        found.iter().map(session_runtime::OwnedSession::handle).collect()
    }
}

/// Sends a request that another task waits for.
pub(crate) fn send(browser: &Browser, to: SocketAddr, request: Request) -> tokio::task::JoinHandle<Reply> {
    let request = browser.prepare(request);
    tokio::spawn(async move { request.send(to).await })
}
