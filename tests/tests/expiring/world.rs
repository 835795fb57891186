//! A server with a clock that the test moves, and one session on it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::{Found, Store as _};
use session_runtime::{Expiring, Secret, Session, Sessions, Token, session, with_session};
use session_tests::{ByHand, Gate, Reply, Request, ScriptedStore};

pub(crate) const START: u64 = 1_800_000_000_000;
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const TICK: Duration = Duration::from_millis(1);

#[session(idle = "11h", absolute = "12h")]
pub(crate) struct Login {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(ttl = "5m", alias = "pin")]
    pub(crate) code: Expiring<String>,
    #[session(ttl = "5m", merge = reject)]
    pub(crate) seat: Expiring<u32>,
    #[session(ttl = "10m", keep)]
    pub(crate) hint: Expiring<Secret<u32>>,
    pub(crate) note: String,
}

#[session(within = Login)]
pub(crate) struct Cart {
    #[session(ttl = "10m")]
    pub(crate) held: Expiring<Vec<u32>>,
}

/// Changes another field.
#[with_session]
async fn note(session: &mut Login) {
    session.note.push('x');
}

/// Sets a code, and takes its time before and after.
#[with_session]
async fn slow(session: &mut Login, State(gate): State<Gate>) {
    gate.pass().await;
    session.code.set("slow".to_owned());
    gate.pass().await;
}

/// The same, and saves between.
#[with_session]
async fn slow_save(session: &mut Login, handle: Session<Login>, State(gate): State<Gate>) {
    session.code.set("slow".to_owned());
    handle.stage(session);
    handle.save().await.unwrap();
    gate.pass().await;
    session.note = "after".into();
    handle.stage(session);
    gate.pass().await;
    session.seat.set(7);
}

pub(crate) struct World {
    pub(crate) store: ScriptedStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Gate,
    pub(crate) sessions: Sessions<Login>,
    pub(crate) web: ByHand<Session<Login>>,
    pub(crate) cookie: String,
    /// The id that the session began with.
    pub(crate) token: Token,
}

/// A session with the code `0000` and the seat 1, of this moment.
pub(crate) async fn world() -> World {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(START)));
    let builder = Sessions::<Login>::builder(store.clone()).clock(Arc::clone(&clock));
    let sessions = builder.build().unwrap().with::<Cart>().unwrap();
    let routes = Router::new()
        .route("/note", post(note))
        .route("/slow", post(slow))
        .route("/slow/save", post(slow_save))
        .with_state(gate.clone());
    let web = ByHand::serve(|app| app.merge(routes).layer(sessions.clone())).await;
    let login = Login { code: Expiring::new("0000".to_owned()), seat: Expiring::new(1), ..Login::default() };
    let issued = sessions.issue(login).await.unwrap();
    store.forget();
    let (cookie, token) = (issued.cookie().to_owned(), issued.token().clone());
    World { store, clock, gate, sessions, web, cookie, token }
}

impl World {
    /// What a request reads that comes now.
    pub(crate) async fn read(&mut self) -> Arc<Login> {
        let request = self.web.handle(&self.cookie).await;
        let shown = request.given.get();
        assert_eq!(request.ends().await.status, 200);
        shown
    }

    /// The code that a request reads that comes now; `-` if there is none.
    pub(crate) async fn code(&mut self) -> String {
        self.read().await.code.get().map_or("-".to_owned(), String::clone)
    }

    /// A request that comes now and changes something; a new id is followed.
    pub(crate) async fn change(&mut self, change: impl FnOnce(&mut Login)) -> Reply {
        let request = self.web.handle(&self.cookie).await;
        request.given.update(change);
        let reply = request.ends().await;
        if let Some(cookie) = reply.pair() {
            cookie.clone_into(&mut self.cookie);
        }
        reply
    }

    /// Goes to so long after the start.
    pub(crate) fn at(&self, after: Duration) {
        self.clock.set(Timestamp::from_millis(START).after(after));
    }

    /// A request to another route, which runs on.
    pub(crate) fn begin(&self, target: &str) -> tokio::task::JoinHandle<Reply> {
        let request = Request::post(target).cookie(&self.cookie);
        let server = self.web.server;
        tokio::spawn(async move { request.send(server).await })
    }

    /// The bytes of a field in the store.
    pub(crate) async fn stored(&self, field: &str) -> Option<String> {
        let key = self.sessions.key(&self.token);
        let Found::Record(record) = self.store.inner().load(&key).await.unwrap() else { return None };
        record.fields().get(field).map(|json| String::from_utf8(json.to_vec()).unwrap())
    }
}

/// The deadline of a value, after the start.
pub(crate) fn after_start<T>(value: &Expiring<T>) -> Option<Duration> {
    value.deadline().map(|deadline| deadline.since(Timestamp::from_millis(START)))
}
