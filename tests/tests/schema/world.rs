//! A shop before and after a change of its session type, both on one store.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::{Sessions, with_session};
use session_tests::{Browser, Gate, Request, ScriptedStore, serve};

pub(crate) mod before {
    #[session_runtime::session(version = 1)]
    pub(crate) struct Shop {
        #[session(owner)]
        pub(crate) user: Option<u64>,
        #[session(privileged)]
        pub(crate) admin: bool,
        pub(crate) hits: u64,
        pub(crate) price: u64,
        pub(crate) name: String,
        #[session(merge = append)]
        pub(crate) cart: Vec<String>,
        #[session(keep)]
        pub(crate) theme: String,
    }
}

pub(crate) mod after {
    use session_runtime::{Migration, MigrationError};

    #[session_runtime::session(version = 2, migrate = migrate)]
    pub(crate) struct Shop {
        #[session(owner)]
        pub(crate) user: Option<String>,
        #[session(privileged)]
        pub(crate) role: Option<String>,
        pub(crate) visits: u64,
        pub(crate) price: (u64, String),
        pub(crate) name: String,
        #[session(merge = append)]
        pub(crate) cart: Vec<String>,
        #[session(keep)]
        pub(crate) look: String,
    }

    #[session_runtime::session(within = Shop)]
    pub(crate) struct Stats {
        pub(crate) seen: u64,
    }

    pub(crate) fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
        assert_eq!(session.version(), 1, "version 0 was never deployed");
        if let Some(Some(user)) = session.get::<Option<u64>>("user")? {
            session.set("user", &format!("u{user}"))?;
        }
        if session.get("admin")?.unwrap_or(false) {
            session.set("role", &Some("admin"))?;
        }
        session.remove("admin");
        let price: u64 = session.get("price")?.unwrap_or_default();
        session.set("price", &(price * 100, "EUR"))?;
        session.rename("theme", "look")?;
        session.rename("hits", "visits")?;
        // a section's field, which only the root's function can move
        session.rename("cart_seen", "stats.seen")
    }
}

pub(crate) use after::Stats;

#[with_session]
async fn show_before(session: &before::Shop) -> String {
    let before::Shop { user, admin, hits, price, name, cart, theme } = session;
    format!("{user:?} {admin} {hits} {price} {name} {} {theme}", cart.join("+"))
}

#[with_session]
async fn show_after(#[session] shop: &after::Shop, #[session] stats: &Stats) -> String {
    let after::Shop { user, role, visits, price, name, cart, look } = shop;
    let (user, role) = (user.as_deref().unwrap_or("-"), role.as_deref().unwrap_or("-"));
    format!("{user} {role} {visits} {}{} {name} {} {look} {}", price.0, price.1, cart.join("+"), stats.seen)
}

/// Adds what the body says to the cart; the session is loaded before the body has come.
#[with_session]
async fn item_before(session: &mut before::Shop, item: String) {
    session.cart.push(item);
}

#[with_session]
async fn item_after(session: &mut after::Shop, item: String) {
    session.cart.push(item);
}

#[with_session]
async fn hit_before(session: &mut before::Shop) {
    session.hits += 1;
}

#[with_session]
async fn visit_after(session: &mut after::Shop) {
    session.visits += 1;
}

#[with_session]
async fn price_before(session: &mut before::Shop) {
    session.price += 1;
}

#[with_session]
async fn theme_before(session: &mut before::Shop) {
    "dark".clone_into(&mut session.theme);
}

#[with_session]
async fn name_before(session: &mut before::Shop, name: String) {
    session.name = name;
}

#[with_session]
async fn name_after(session: &mut after::Shop, name: String) {
    session.name = name;
}

#[with_session]
async fn dismiss_and_fail(session: &mut after::Shop) -> axum::http::StatusCode {
    session.role = None;
    axum::http::StatusCode::INTERNAL_SERVER_ERROR
}

#[with_session]
async fn switch_after(session: &mut after::Shop) {
    session.user = Some("u9".to_owned());
}

/// What a session has that version 1 wrote.
pub(crate) fn stored() -> before::Shop {
    before::Shop {
        user: Some(7),
        admin: true,
        hits: 5,
        price: 3,
        name: "ann".to_owned(),
        cart: vec!["a".to_owned()],
        theme: "light".to_owned(),
    }
}

/// Nobody's session, whose migration is written with its next write, and somebody's, which is moved when it is loaded: version
/// 2 writes the owner otherwise.
pub(crate) const USERS: [Option<u64>; 2] = [None, Some(7)];

/// How version 2 shows a session, with the owner in the place of `@`.
pub(crate) fn shown(user: Option<u64>, text: &str) -> String {
    text.replace('@', &user.map_or("-".to_owned(), |user| format!("u{user}")))
}

/// How version 2 shows what is [`stored`].
pub(crate) const SHOWN: &str = "@ admin 5 300EUR ann a light 0";

/// Two servers, one of each version, and a browser with a session that the earlier one wrote.
pub(crate) struct World {
    pub(crate) store: ScriptedStore,
    pub(crate) old: SocketAddr,
    pub(crate) new: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) old_sessions: Sessions<before::Shop>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(Some(7)).await
    }

    pub(crate) async fn of(user: Option<u64>) -> Self {
        let store = ScriptedStore::new();
        let old_sessions = Sessions::<before::Shop>::new(store.clone()).unwrap();
        let new_sessions = Sessions::<after::Shop>::new(store.clone()).unwrap().with::<Stats>().unwrap();
        let cookie = old_sessions.issue(before::Shop { user, ..stored() }).await.unwrap().cookie().to_owned();
        let old = Router::new()
            .route("/", get(show_before))
            .route("/item", post(item_before))
            .route("/hit", post(hit_before))
            .route("/price", post(price_before))
            .route("/name", post(name_before))
            .route("/theme", post(theme_before))
            .layer(old_sessions.clone());
        let new = Router::new()
            .route("/", get(show_after))
            .route("/item", post(item_after))
            .route("/visit", post(visit_after))
            .route("/name", post(name_after))
            .route("/fail", post(dismiss_and_fail))
            .route("/switch", post(switch_after))
            .layer(new_sessions);
        store.forget();
        Self { old: serve(old).await, new: serve(new).await, store, cookie, old_sessions }
    }

    /// A browser at the new server, with the session.
    pub(crate) fn browser(&self) -> Browser {
        let mut browser = Browser::new(self.new);
        browser.plant(&self.cookie);
        browser
    }

    pub(crate) async fn show(&self, at: SocketAddr) -> String {
        Request::get("/").cookie(&self.cookie).send(at).await.body
    }

    pub(crate) async fn post(&self, at: SocketAddr, target: &str, body: &str) -> u16 {
        Request::post(target).cookie(&self.cookie).body(body).send(at).await.status
    }

    /// Sends a request that stops at `gate`, and what it comes to.
    pub(crate) async fn stopped(
        &self,
        gate: &Gate,
        at: SocketAddr,
        target: &'static str,
        body: &'static str,
    ) -> tokio::task::JoinHandle<u16> {
        let request = Request::post(target).cookie(&self.cookie).body(body);
        let running = tokio::spawn(async move { request.send(at).await.status });
        gate.reached().await;
        running
    }

    /// The stored version.
    pub(crate) async fn version(&self) -> u32 {
        use session_runtime::store::{Found, Store as _};
        let id = self.cookie.split_once('=').unwrap().1;
        let key = self.old_sessions.key(&session_runtime::Token::parse(id).unwrap());
        match self.store.load(&key).await.unwrap() {
            Found::Record(record) => record.meta().schema,
            other => panic!("{other:?}"),
        }
    }
}
