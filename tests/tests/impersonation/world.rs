//! A shop whose staff can act as its customers, on any store.

use std::ops::Deref;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::{
    CannotImpersonate, EncryptedCookieStore, Error, Expiring, Flash, Impersonator, RevocationList, Session,
    Sessions, SessionsBuilder, SignedCookieStore, session, with_session,
};
use session_tests::stores::{Any, Application, any_keys};
use session_tests::{Browser, Gate, ScriptedStore};

pub(crate) use session_tests::stores::Kind;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

#[session(idle = "30m", absolute = "12h", remember = "30d")]
pub(crate) struct Shop {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(privileged)]
    pub(crate) staff: bool,
    #[session(impersonator)]
    pub(crate) admin: Option<Impersonator<String>>,
    #[session(label)]
    pub(crate) device: Option<String>,
    #[session(keep)]
    pub(crate) theme: String,
    pub(crate) note: String,
    pub(crate) notice: Flash<String>,
    #[session(ttl = "1h")]
    pub(crate) code: Expiring<String>,
    #[session(skip)]
    pub(crate) scratch: u32,
}

#[session(within = Shop)]
pub(crate) struct Basket {
    pub(crate) items: Vec<String>,
    #[session(keep)]
    pub(crate) seen: u32,
}

fn or_dash(text: Option<&str>) -> &str {
    text.filter(|text| !text.is_empty()).unwrap_or("-")
}

/// All that there is in one line, but for the message, which showing would take away.
#[with_session]
async fn show(session: Option<&Shop>, #[session] basket: &Basket) -> String {
    let Some(s) = session else { return "anonymous".to_owned() };
    format!(
        "{} by {} staff={} theme={} note={} code={} items={} seen={}",
        or_dash(s.user.as_deref()),
        or_dash(s.admin.as_ref().map(|admin| admin.user().as_str())),
        s.staff,
        or_dash(Some(&s.theme)),
        or_dash(Some(&s.note)),
        or_dash(s.code.get().map(String::as_str)),
        or_dash(Some(&basket.items.join(","))),
        basket.seen,
    )
}

#[with_session]
async fn notice(session: &Shop) -> String {
    or_dash(session.notice.get().map(String::as_str)).to_owned()
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<String>) {
    session.staff = user.starts_with("root");
    session.device = Some("laptop".to_owned());
    session.user = Some(user);
}

/// Something in every field.
#[with_session]
async fn fill(session: &mut Shop, #[session] basket: &mut Basket, Path(word): Path<String>) {
    session.theme.clone_from(&word);
    session.note.clone_from(&word);
    session.notice.set(word.clone());
    session.code.set(word.clone());
    basket.items.push(word);
    basket.seen += 1;
}

#[with_session]
async fn note(session: &mut Shop, Path(note): Path<String>) {
    session.note = note;
}

#[with_session]
async fn large(session: &mut Shop, Path(bytes): Path<usize>) {
    session.note = "n".repeat(bytes);
}

#[with_session]
async fn act(session: &mut Shop, handle: Session<Shop>, Path(deed): Path<String>) -> StatusCode {
    let anew =
        |user: Option<&str>| Shop { user: user.map(str::to_owned), note: "anew".into(), ..Shop::default() };
    match deed.as_str() {
        "logout" => *session = Shop::default(),
        "leave" => session.user = None,
        "login-other" => session.user = Some("cid".into()),
        "unmask" => session.admin = None,
        "unmask-and-login" => (session.admin, session.user) = (None, Some("cid".into())),
        "restart" => handle.restart(anew(Some("ann"))),
        "restart-other" => handle.restart(anew(Some("cid"))),
        "restart-marked" => handle.restart(Shop { admin: session.admin.clone(), ..anew(Some("ann")) }),
        "restart-nobody" => handle.restart(anew(None)),
        "destroy" => handle.destroy(),
        "confirm" => handle.authenticated(),
        "remember" => handle.remember(),
        "rotate" => handle.rotate(),
        "renew" => handle.renew(),
        "fail" => {
            session.user = None;
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::OK
}

pub(crate) type Answer = Result<String, (StatusCode, String)>;

/// What an application tells of it.
pub(crate) fn told(error: &Error) -> (StatusCode, String) {
    let why = match error.cannot_impersonate() {
        Some(CannotImpersonate::NotLoggedIn) => "nobody",
        Some(CannotImpersonate::AlreadyImpersonating) => "already",
        Some(CannotImpersonate::SameUser) => "same",
        Some(CannotImpersonate::NotImpersonating) => "not",
        Some(_) => "else",
        None if error.is_gone() => "gone",
        None if error.is_too_large() => "large",
        None if error.is_unavailable() => "unavailable",
        None if error.is_config() => "config",
        None => "other",
    };
    (StatusCode::from_u16(error.status()).unwrap(), why.to_owned())
}

async fn impersonate(handle: Session<Shop>, Path(user): Path<String>) -> Answer {
    handle.impersonate(&user).await.map_err(|error| told(&error))?;
    Ok(handle.get().user.clone().unwrap())
}

async fn back(handle: Session<Shop>) -> Answer {
    handle.stop_impersonating().await.map_err(|error| told(&error))?;
    Ok(handle.get().user.clone().unwrap())
}

#[with_session(require = admin)]
async fn behind(session: &Shop, admin: &Impersonator<String>) -> String {
    format!("{} {} {}", admin.user(), admin.since().as_millis(), session.scratch)
}

#[with_session(fresh = "1h")]
async fn fresh(session: &Shop) -> String {
    or_dash(session.user.as_deref()).to_owned()
}

/// Waits at the gate between its read and its write, as a slow handler does.
#[with_session]
async fn slow(session: &mut Shop, State(gate): State<Gate>) {
    gate.pass().await;
    session.note = "slow".into();
}

/// An application, and what the tests hold of it.
pub(crate) struct World(Application<Shop>);

impl Deref for World {
    type Target = Application<Shop>;

    fn deref(&self) -> &Application<Shop> {
        &self.0
    }
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Self {
        Self::with(kind, |builder| builder).await
    }

    pub(crate) async fn with(
        kind: Kind,
        configure: impl FnOnce(SessionsBuilder<Shop>) -> SessionsBuilder<Shop>,
    ) -> Self {
        let sessions = |store: &_, clock| {
            let sessions = configure(sessions(kind, store)).clock(clock).build().unwrap();
            sessions.with::<Basket>().unwrap()
        };
        Self(Application::serve(kind, sessions, app).await)
    }

    /// A browser in which somebody is logged in.
    pub(crate) async fn logged_in(&self, user: &str) -> Browser {
        self.logged_in_by(&format!("/login/{user}")).await
    }

    /// One of `root`, who acts as `ann`; all fields of `root` say "own".
    pub(crate) async fn acting(&self) -> Browser {
        let mut browser = self.logged_in("root").await;
        assert_eq!(browser.post("/fill/own").await.status, 200, "{:?}", self.kind);
        assert_eq!(browser.post("/as/ann").await.status, 200, "{:?}", self.kind);
        browser
    }
}

/// The stores that the server has.
pub(crate) const SERVERS: [Kind; 4] = [Kind::Memory, Kind::Files, Kind::Redis, Kind::Encrypted];

const ALL: [Kind; 7] = [
    Kind::Memory,
    Kind::Files,
    Kind::Redis,
    Kind::Encrypted,
    Kind::SignedCookie,
    Kind::EncryptedCookie,
    Kind::FreeCookie,
];

fn sessions(kind: Kind, store: &ScriptedStore<Any>) -> SessionsBuilder<Shop> {
    let list = || RevocationList::new(store.clone());
    match kind {
        Kind::SignedCookie => Sessions::builder(SignedCookieStore::new(any_keys(), list())),
        Kind::EncryptedCookie => Sessions::builder(EncryptedCookieStore::new(any_keys(), list())),
        Kind::FreeCookie => Sessions::builder(EncryptedCookieStore::without_revocation(any_keys())),
        _ => Sessions::builder(store.clone()),
    }
}

fn app(gate: &Gate, sessions: &Sessions<Shop>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/notice", get(notice))
        .route("/login/{user}", post(login))
        .route("/fill/{word}", post(fill))
        .route("/note/{note}", post(note))
        .route("/large/{bytes}", post(large))
        .route("/act/{deed}", post(act))
        .route("/as/{user}", post(impersonate))
        .route("/back", post(back))
        .route("/behind", get(behind))
        .route("/fresh", get(fresh))
        .route("/slow", post(slow))
        .merge(crate::handlers::routes())
        .with_state(gate.clone())
        .layer(sessions.clone())
}

/// Runs a test on each store.
pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for kind in ALL {
        test(World::new(kind).await).await;
    }
}

/// All that `root` has when nothing has happened.
pub(crate) const OWN: &str = "root by - staff=true theme=own note=own code=own items=own seen=1";
/// What `root` sees as `ann` at first.
pub(crate) const AS_ANN: &str = "ann by root staff=false theme=own note=- code=- items=- seen=1";
