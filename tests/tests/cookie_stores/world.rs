//! An application on a cookie store.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::{EncryptedCookieStore, RevocationList, SignedCookieStore};
use session_runtime::{Flash, KeyRing, SecretKey, Session, Sessions, SessionsBuilder, session, with_session};
use session_tests::{Browser, Gate, ScriptedStore, serve};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

#[session(idle = "30m", absolute = "12h", remember = "30d")]
pub(crate) struct Shop {
    #[session(owner)]
    pub(crate) user: Option<String>,
    pub(crate) note: String,
    #[session(keep)]
    pub(crate) theme: String,
    pub(crate) notice: Flash<String>,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    match session {
        Some(s) => format!("user={:?} note={} theme={}", s.user, s.note, s.theme),
        None => "anonymous".to_owned(),
    }
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<String>) {
    session.user = Some(user);
}

#[with_session]
async fn logout(session: &mut Shop) {
    *session = Shop::default();
}

#[with_session]
async fn note(session: &mut Shop, Path(note): Path<String>) {
    session.note = note;
}

#[with_session]
async fn theme(session: &mut Shop, Path(theme): Path<String>) {
    session.theme = theme;
}

/// A note of so many bytes.
#[with_session]
async fn fill(session: &mut Shop, Path(bytes): Path<usize>) {
    session.note = "n".repeat(bytes);
}

/// Waits at the gate between its read and its write, as a slow handler does.
#[with_session]
async fn slow_note(session: &mut Shop, State(gate): State<Gate>) {
    gate.pass().await;
    session.note = "slow".into();
}

#[with_session]
async fn slow_read(session: &Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    session.note.clone()
}

#[with_session]
async fn slow_rotate(session: &Shop, handle: Session<Shop>, State(gate): State<Gate>) -> String {
    gate.pass().await;
    handle.rotate();
    session.note.clone()
}

#[with_session]
async fn slow_login(session: &mut Shop, State(gate): State<Gate>) {
    gate.pass().await;
    session.user = Some("late".into());
}

#[with_session]
async fn remember(#[session] _session: &Shop, handle: Session<Shop>) {
    handle.remember();
}

#[with_session]
async fn forget(#[session] _session: &Shop, handle: Session<Shop>) {
    handle.forget();
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

async fn fail(handle: Session<Shop>) -> axum::http::StatusCode {
    handle.update(|session| session.note = "lost".into());
    axum::http::StatusCode::INTERNAL_SERVER_ERROR
}

/// Which cookie store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Signed,
    Encrypted,
}

/// Runs a test on both.
pub(crate) async fn on_both(test: impl AsyncFn(Format)) {
    test(Format::Signed).await;
    test(Format::Encrypted).await;
}

/// A key of known bytes, which are as good as random.
pub(crate) fn key(n: u8) -> SecretKey {
    let bytes: Vec<u8> =
        (0..32_u8).map(|i| i.wrapping_mul(73).wrapping_add(n.wrapping_mul(101)) ^ 0x5A).collect();
    SecretKey::from_bytes(&bytes).unwrap()
}

pub(crate) fn keys() -> KeyRing {
    KeyRing::new(key(1))
}

impl Format {
    pub(crate) fn sessions(self, keys: KeyRing, ended: Option<RevocationList>) -> SessionsBuilder<Shop> {
        self.sessions_of(keys, ended, "")
    }

    pub(crate) fn sessions_of(
        self,
        keys: KeyRing,
        ended: Option<RevocationList>,
        application: &str,
    ) -> SessionsBuilder<Shop> {
        match (self, ended) {
            (Self::Signed, Some(list)) => {
                Sessions::builder(SignedCookieStore::new(keys, list).application(application))
            }
            (Self::Signed, None) => {
                Sessions::builder(SignedCookieStore::without_revocation(keys).application(application))
            }
            (Self::Encrypted, Some(list)) => {
                Sessions::builder(EncryptedCookieStore::new(keys, list).application(application))
            }
            (Self::Encrypted, None) => {
                Sessions::builder(EncryptedCookieStore::without_revocation(keys).application(application))
            }
        }
    }
}

/// A server, and what the tests hold of it.
pub(crate) struct World {
    pub(crate) store: ScriptedStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Gate,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) server: SocketAddr,
}

impl World {
    /// With a list of what has ended, in a store that the test can disturb.
    pub(crate) async fn new(format: Format) -> Self {
        let store = ScriptedStore::new();
        let list = RevocationList::new(store.clone());
        Self::serve(format.sessions(keys(), Some(list)), store).await
    }

    pub(crate) async fn serve(builder: SessionsBuilder<Shop>, store: ScriptedStore) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
        Self::at(builder, store, clock).await
    }

    /// One whose clock the test has.
    pub(crate) async fn at(
        builder: SessionsBuilder<Shop>,
        store: ScriptedStore,
        clock: Arc<ManualClock>,
    ) -> Self {
        let sessions = builder.clock(Arc::clone(&clock)).build().unwrap();
        let gate = Gate::default();
        let server = serve(app(&gate).layer(sessions.clone())).await;
        Self { store, clock, gate, sessions, server }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.server)
    }

    /// A browser in which somebody is logged in.
    pub(crate) async fn logged_in(&self) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post("/login/ann").await.status, 200);
        browser
    }

    /// What a browser with this `Cookie` header sees.
    pub(crate) async fn seen_with(&self, cookie: &str) -> String {
        session_tests::Request::get("/").cookie(cookie).send(self.server).await.body
    }
}

pub(crate) fn app(gate: &Gate) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/login/{user}", post(login))
        .route("/logout", post(logout))
        .route("/note/{note}", post(note))
        .route("/theme/{theme}", post(theme))
        .route("/fill/{bytes}", post(fill))
        .route("/slow-note", post(slow_note))
        .route("/slow-read", get(slow_read))
        .route("/slow-rotate", post(slow_rotate))
        .route("/slow-login", post(slow_login))
        .route("/remember", post(remember))
        .route("/forget", post(forget))
        .route("/fail", post(fail))
        .route("/logout-explicitly", post(destroy))
        .route("/untouched", get(async || "untouched"))
        .with_state(gate.clone())
}
