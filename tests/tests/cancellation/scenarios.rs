//! The requests, and what may be left of each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::Store;
use session_runtime::{Error, Impersonator, Session, Sessions, session, with_session};
use session_tests::{Stepped, call};

use crate::yielding::once;

#[session(idle = "30m", absolute = "12h")]
pub(crate) struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(impersonator)]
    by: Option<Impersonator<String>>,
    #[session(merge = add)]
    count: u32,
    note: String,
    #[session(merge = with(tally))]
    votes: u32,
    coupon: Option<u32>,
    #[session(keep)]
    theme: String,
}

/// Not `add`: a store leaves it to the core, which loads once more.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of every such function")]
fn tally(base: &u32, theirs: &u32, ours: &u32) -> u32 {
    theirs.wrapping_add(ours.wrapping_sub(*base))
}

/// How far a handler has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Progress {
    Nowhere,
    /// It has said what it wants.
    Said,
    /// It has returned.
    Returned,
}

#[derive(Clone)]
pub(crate) struct App {
    sessions: Sessions<Shop>,
    progress: Arc<AtomicU8>,
}

impl App {
    /// What it wants is said, and it goes on for a while.
    async fn said(&self) {
        self.progress.store(1, Ordering::SeqCst);
        once().await;
    }

    fn returned(&self) {
        self.progress.store(2, Ordering::SeqCst);
    }

    pub(crate) fn progress(&self) -> Progress {
        match self.progress.load(Ordering::SeqCst) {
            0 => Progress::Nowhere,
            1 => Progress::Said,
            _ => Progress::Returned,
        }
    }
}

/// A handler that changes the session as given, with a pause before and after.
macro_rules! handlers {
    ($($name:ident: $session:pat => $change:block;)*) => {
        $(
            #[with_session]
            async fn $name(session: &mut Shop, State(app): State<App>) {
                once().await;
                let $session = session;
                $change
                app.said().await;
                app.returned();
            }
        )*
    };
}

handlers! {
    read: _ => {};
    modify: shop => { shop.count += 1; shop.note = "new".into(); };
    login: shop => { shop.user = Some("bob".to_owned()); };
    leave: shop => { shop.user = None; };
    clear: shop => { *shop = Shop::default(); };
    bump: shop => { shop.count += 1; };
}

async fn destroy(session: Session<Shop>, State(app): State<App>) {
    once().await;
    session.destroy();
    app.said().await;
    app.returned();
}

async fn rotate(session: Session<Shop>, State(app): State<App>) {
    once().await;
    session.rotate();
    app.said().await;
    app.returned();
}

async fn impersonate(session: Session<Shop>, State(app): State<App>) -> Result<(), Error> {
    session.impersonate(&"bob".to_owned()).await?;
    app.said().await;
    app.returned();
    Ok(())
}

async fn back(session: Session<Shop>, State(app): State<App>) -> Result<(), Error> {
    session.stop_impersonating().await?;
    app.said().await;
    app.returned();
    Ok(())
}

async fn take(session: Session<Shop>, State(app): State<App>) -> Result<String, Error> {
    let taken = session.take_once(|shop| shop.coupon.take()).await?;
    app.said().await;
    app.returned();
    Ok(format!("{taken:?}"))
}

#[with_session]
async fn save(session: &mut Shop, handle: Session<Shop>, State(app): State<App>) -> Result<(), Error> {
    session.count += 1;
    handle.stage(session);
    handle.save().await?;
    session.count += 10;
    app.said().await;
    app.returned();
    Ok(())
}

/// Another request changes the same field meanwhile.
#[with_session]
async fn vote(session: &mut Shop, handle: Session<Shop>, State(app): State<App>) -> Result<(), Error> {
    if let Some(token) = handle.token() {
        app.sessions.edit(&token, |shop| shop.votes += 100).await?;
    }
    session.votes += 1;
    app.said().await;
    app.returned();
    Ok(())
}

async fn others_vote(session: Session<Shop>, State(app): State<App>) -> Result<(), Error> {
    let token = session.token().expect("there is a session");
    app.sessions.edit(&token, |shop| shop.votes += 100).await
}

async fn save_only(session: Session<Shop>) {
    session.update(|shop| shop.count += 1);
}

/// Who sends the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Stranger,
    Visitor,
    Customer,
    /// A customer who acts as another one.
    Impersonator,
}

/// A request that may be cut off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) target: &'static str,
    pub(crate) who: Who,
    /// After half of the idle time, so that its activity is recorded.
    pub(crate) away: bool,
    /// Requests that do what may also be left of this one.
    pub(crate) parts: &'static [&'static str],
    /// From here on it is carried out, whatever becomes of the request.
    pub(crate) binding: Option<Progress>,
}

const fn plain(target: &'static str, who: Who) -> Scenario {
    Scenario { target, who, away: false, parts: &[], binding: None }
}

/// Every kind of request that loads or commits in a way of its own.
pub(crate) const SCENARIOS: [Scenario; 17] = [
    plain("/modify", Who::Stranger),
    plain("/read", Who::Visitor),
    Scenario { away: true, ..plain("/read", Who::Visitor) },
    plain("/modify", Who::Visitor),
    plain("/login", Who::Visitor),
    // somebody else's login is the end of the one before
    Scenario { parts: &["/destroy"], binding: Some(Progress::Returned), ..plain("/login", Who::Customer) },
    Scenario { parts: &["/destroy"], binding: Some(Progress::Returned), ..plain("/leave", Who::Customer) },
    Scenario { binding: Some(Progress::Returned), ..plain("/clear", Who::Customer) },
    Scenario { binding: Some(Progress::Said), ..plain("/destroy", Who::Customer) },
    Scenario { binding: Some(Progress::Said), ..plain("/rotate", Who::Customer) },
    // it is done when the call returns, and stays so
    Scenario { binding: Some(Progress::Said), ..plain("/impersonate", Who::Customer) },
    Scenario { binding: Some(Progress::Said), ..plain("/back", Who::Impersonator) },
    // its activity is stored before it
    Scenario { away: true, parts: &["/read"], ..plain("/impersonate", Who::Customer) },
    Scenario { away: true, parts: &["/read"], ..plain("/back", Who::Impersonator) },
    plain("/take", Who::Visitor),
    Scenario { parts: &["/save_only"], ..plain("/save", Who::Visitor) },
    Scenario { parts: &["/others_vote"], ..plain("/vote", Who::Visitor) },
];

/// What a store holds of sessions, but for ids and moments: fields, owner, and whether activity was recorded.
pub(crate) type Snapshot = Vec<BTreeMap<String, String>>;

pub(crate) struct World<T> {
    pub(crate) store: Stepped<T>,
    pub(crate) app: Router,
    pub(crate) state: App,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) clock: Arc<ManualClock>,
    began: Timestamp,
}

impl<T: Store + Clone> World<T> {
    /// An application on what `wrap` makes of `store`.
    pub(crate) fn new<W: Store>(
        store: Stepped<T>,
        began: Timestamp,
        wrap: impl FnOnce(Stepped<T>) -> W,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(began));
        let builder = Sessions::<Shop>::builder(wrap(store.clone())).clock(Arc::clone(&clock));
        let sessions = builder.store_timeout(Duration::from_secs(3600)).build().unwrap();
        let state = App { sessions: sessions.clone(), progress: Arc::default() };
        let routes = Router::new()
            .route("/read", post(read))
            .route("/modify", post(modify))
            .route("/login", post(login))
            .route("/leave", post(leave))
            .route("/clear", post(clear))
            .route("/bump", post(bump))
            .route("/destroy", post(destroy))
            .route("/rotate", post(rotate))
            .route("/impersonate", post(impersonate))
            .route("/back", post(back))
            .route("/take", post(take))
            .route("/save", post(save))
            .route("/save_only", post(save_only))
            .route("/vote", post(vote))
            .route("/others_vote", post(others_vote));
        let app = routes.with_state(state.clone()).layer(sessions.clone());
        Self { store, app, state, sessions, clock, began }
    }

    /// The session before the request, and its cookie.
    pub(crate) async fn begin(&self, scenario: &Scenario) -> String {
        let shop = Shop {
            user: matches!(scenario.who, Who::Customer | Who::Impersonator).then(|| "ann".to_owned()),
            by: None,
            count: 5,
            note: "old".to_owned(),
            votes: 3,
            coupon: Some(7),
            theme: "dark".to_owned(),
        };
        let mut cookie = match scenario.who {
            Who::Stranger => String::new(),
            Who::Visitor | Who::Customer | Who::Impersonator => {
                self.sessions.issue(shop).await.unwrap().cookie().to_owned()
            }
        };
        if scenario.who == Who::Impersonator {
            let reply = call(self.app.clone(), "/impersonate", &cookie).await;
            reply.pair().expect("a new id").clone_into(&mut cookie);
            self.state.progress.store(0, Ordering::SeqCst);
        }
        if scenario.away {
            self.clock.advance(Duration::from_secs(15 * 60));
        }
        cookie
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        let records = self.store.records().await.unwrap();
        let shown = records.iter().map(|record| {
            let fields = record.fields().iter();
            let mut shown: BTreeMap<_, _> = fields
                .map(|(key, json)| (key.to_owned(), String::from_utf8(json.to_vec()).unwrap()))
                .collect();
            let meta = record.meta();
            shown.insert("@owner".to_owned(), format!("{:?}", meta.owner));
            shown.insert("@authenticated".to_owned(), meta.authenticated.is_some().to_string());
            shown.insert("@seen".to_owned(), meta.last_seen.since(self.began).as_secs().to_string());
            shown
        });
        let mut shown: Snapshot = shown.collect();
        shown.sort();
        shown
    }

    /// What may be left of the request: nothing of it, all of it, or a part that stands by itself.
    pub(crate) async fn outcomes(&self, scenario: &Scenario) -> (Snapshot, Vec<Snapshot>) {
        let mut outcomes = Vec::new();
        self.store.forget();
        self.begin(scenario).await;
        let before = self.snapshot().await;
        for target in [scenario.target].iter().chain(scenario.parts) {
            self.clock.set(self.began);
            self.store.forget();
            let cookie = self.begin(scenario).await;
            let reply = call(self.app.clone(), target, &cookie).await;
            assert_eq!(reply.status, 200, "{target}");
            outcomes.push(self.snapshot().await);
        }
        (before, outcomes)
    }

    /// After a request of `scenario` was cut off, and what it must not lose was carried out.
    pub(crate) async fn check(
        &self,
        scenario: &Scenario,
        may: &(Snapshot, Vec<Snapshot>),
        progress: Progress,
        what: &str,
    ) {
        let found = self.snapshot().await;
        let (before, after) = may;
        if scenario.binding.is_some_and(|from| progress >= from) {
            assert!(after.contains(&found), "{what}: {found:?} is not carried out");
        } else {
            assert!(*before == found || after.contains(&found), "{what}: {found:?} is a mixture");
        }
        for owner in ["ann", "bob"] {
            let json = format!("{:?}", Some(format!("\"{owner}\"")));
            let alive = found.iter().filter(|record| record["@owner"] == json).count();
            let known = self.sessions.sessions_of(&owner.to_owned()).await.unwrap().len();
            // there may be others, of requests before this one
            assert!(known >= alive, "{what}: whose session is alive knows of it (S15)");
        }
    }

    /// The next request with the same cookie adds one, or is refused if the id is dead; and nothing else changes.
    pub(crate) async fn next(&self, cookie: &str, what: &str) {
        let before = self.snapshot().await;
        let reply = call(self.app.clone(), "/bump", cookie).await;
        let after = self.snapshot().await;
        let total = |snapshot: &Snapshot| -> u32 {
            snapshot.iter().filter_map(|record| record.get("count")?.parse::<u32>().ok()).sum()
        };
        match reply.status {
            200 => assert_eq!(total(&after), total(&before) + 1, "{what}"),
            409 => assert_eq!(after, before, "{what}"),
            other => panic!("{what}: the next request is answered with {other}"),
        }
    }
}
