//! An application with "my sessions", on any store.

use std::ops::Deref;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_runtime::{
    EncryptedCookieStore, Error, Refused, RevocationList, Session, SessionHandle, Sessions, SessionsBuilder,
    SignedCookieStore, session, with_session,
};
use session_tests::stores::{Any, Application, any_keys};
use session_tests::{Browser, Gate, ScriptedStore};

pub(crate) use session_tests::stores::Kind;

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

pub(crate) const ALL: [Kind; 8] = [
    Kind::Memory,
    Kind::Files,
    Kind::Redis,
    Kind::Cluster,
    Kind::Encrypted,
    Kind::SignedCookie,
    Kind::EncryptedCookie,
    Kind::CookieAndRedis,
];

pub(crate) fn sessions(kind: Kind, store: &ScriptedStore<Any>) -> SessionsBuilder<Account> {
    let list = || RevocationList::new(store.clone());
    match kind {
        Kind::SignedCookie => Sessions::builder(SignedCookieStore::new(any_keys(), list())),
        Kind::EncryptedCookie | Kind::CookieAndRedis => {
            Sessions::builder(EncryptedCookieStore::new(any_keys(), list()))
        }
        _ => Sessions::builder(store.clone()),
    }
}

/// An application, and what the tests hold of it.
pub(crate) struct World(Application<Account>);

impl Deref for World {
    type Target = Application<Account>;

    fn deref(&self) -> &Application<Account> {
        &self.0
    }
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Self {
        Self::with(kind, |builder| builder).await
    }

    pub(crate) async fn with(
        kind: Kind,
        configure: impl FnOnce(SessionsBuilder<Account>) -> SessionsBuilder<Account>,
    ) -> Self {
        let sessions = |store: &_, clock| configure(sessions(kind, store)).clock(clock).build().unwrap();
        Self(Application::serve(kind, sessions, app).await)
    }

    /// A browser in which somebody is logged in.
    pub(crate) async fn logged_in(&self, user: &str, device: &str) -> Browser {
        self.logged_in_by(&format!("/login/{user}/{device}")).await
    }

    /// The same, with an id that is old enough to be renewed.
    pub(crate) async fn ripe(&self, user: &str, device: &str) -> Browser {
        let browser = self.logged_in(user, device).await;
        self.clock.advance(MINUTE);
        browser
    }

    pub(crate) async fn handle_of(&self, owner: &str, label: &str) -> SessionHandle {
        let found = self.sessions.sessions_of(&owner.to_owned()).await.unwrap();
        found.iter().find(|session| session.label() == Some(label)).expect(label).handle()
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
    for kind in ALL {
        test(World::new(kind).await).await;
    }
}

/// Runs a test on each store, with a limit.
pub(crate) async fn with_limit(
    sessions: usize,
    when_full: session_runtime::WhenFull,
    test: impl AsyncFn(World),
) {
    for kind in ALL {
        let limited = |builder: SessionsBuilder<Account>| builder.max_sessions(sessions).when_full(when_full);
        test(World::with(kind, limited).await).await;
    }
}
