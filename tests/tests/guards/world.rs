//! An application with guards of every kind, and a browser.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{Rejection, Session, Sessions, session, with_session};
use session_tests::{Browser, Reply, ScriptedStore, serve};

/// An `Option` by another name.
pub(crate) type Kinds = Option<Vec<String>>;

#[session(idle = "1h", absolute = "12h", remember = "30d")]
pub(crate) struct Shop {
    #[session(owner, rename = "who")]
    pub(crate) user: Option<String>,
    #[session(privileged)]
    pub(crate) admin: bool,
    #[session(default = Some(vec!["new".to_owned()]))]
    pub(crate) r#type: Kinds,
    pub(crate) visits: u32,
}

#[session(within = Shop)]
pub(crate) struct Checkout {
    #[session(rename = "a")]
    pub(crate) a_field_with_a_rather_long_name: Option<u32>,
}

#[with_session(require = user)]
pub(crate) async fn account(session: &Shop, user: &str) -> String {
    format!("{user} {}", session.visits)
}

#[with_session(require = user, or = redirect("/login?next=%2Faccount&why=a-rather-long-target#form"))]
pub(crate) async fn visit(session: &mut Shop, user: &String) -> String {
    session.visits += 1;
    tokio::task::yield_now().await;
    // the value that the guard saw, whatever became of it
    session.user = Some("eve".to_owned());
    user.clone()
}

#[with_session(require = admin, or = 404)]
pub(crate) async fn admins(session: &Shop) -> String {
    format!("{:?}", session.user)
}

#[with_session(require = r#type, or = status(418))]
pub(crate) async fn types(session: &Shop, r#type: &[String]) -> String {
    format!("{} {}", r#type.concat(), session.visits)
}

#[with_session(require = user, fresh = "5m")]
pub(crate) async fn fresh(session: &Shop) -> String {
    format!("{:?}", session.user)
}

#[with_session(fresh = "1m", or = 403)]
pub(crate) async fn fresh_alone(session: &mut Shop) {
    session.visits += 100;
}

#[with_session(require = a_field_with_a_rather_long_name, or = 409)]
pub(crate) async fn checkout(session: &Checkout, a_field_with_a_rather_long_name: &u32) -> String {
    format!("{a_field_with_a_rather_long_name} {:?}", session.a_field_with_a_rather_long_name)
}

#[with_session]
pub(crate) async fn begin_checkout(session: &mut Checkout) {
    session.a_field_with_a_rather_long_name = Some(7);
}

#[with_session(require = checkout.a_field_with_a_rather_long_name, or = 410)]
pub(crate) async fn both(#[session] shop: &mut Shop, #[session] checkout: &Checkout) -> String {
    shop.visits += 1;
    format!("{:?}", checkout.a_field_with_a_rather_long_name)
}

#[derive(Deserialize)]
pub(crate) struct Change {
    visits: u32,
}

#[with_session(require = user, or = redirect("/login"))]
pub(crate) async fn change(session: &mut Shop, Json(change): Json<Change>) {
    session.visits = change.visits;
}

#[with_session]
pub(crate) async fn login(session: &mut Shop, Query(login): Query<Login>, handle: Session<Shop>) {
    session.user = Some(login.name);
    session.admin = login.admin;
    if login.remember {
        handle.remember();
    }
}

#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    remember: bool,
}

#[with_session]
pub(crate) async fn logout(session: &mut Shop) {
    *session = Shop::default();
}

#[with_session]
pub(crate) async fn plain_visit(session: &mut Shop) {
    session.visits += 1;
}

#[with_session]
pub(crate) async fn unset(session: &mut Shop) {
    session.r#type = None;
}

pub(crate) async fn authenticated(handle: Session<Shop>) {
    handle.authenticated();
}

pub(crate) async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

#[with_session]
pub(crate) async fn make_admin(session: &mut Shop) {
    session.admin = true;
}

pub(crate) async fn restart(handle: Session<Shop>) {
    let user = handle.get().user.clone();
    handle.restart(Shop { user, ..Shop::default() });
}

/// Does something to the session in the same request, before the guard is asked.
pub(crate) struct Meddles<const WHAT: u8>;

impl<State: Sync, const WHAT: u8> FromRequestParts<State> for Meddles<WHAT> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Rejection> {
        let handle = Session::<Shop>::from_request_parts(parts, state).await?;
        match WHAT {
            0 => handle.destroy(),
            1 => handle.update(|shop| shop.user = Some("mallory".to_owned())),
            2 => handle.update(|shop| shop.user = None),
            _ => handle.authenticated(),
        }
        Ok(Self)
    }
}

#[with_session(require = user)]
pub(crate) async fn destroyed(_: Meddles<0>, session: &Shop) -> String {
    session.visits.to_string()
}

#[with_session(fresh = "5m")]
pub(crate) async fn switched(_: Meddles<1>, session: &Shop) -> String {
    session.visits.to_string()
}

#[with_session(require = user)]
pub(crate) async fn left(_: Meddles<2>, session: &Shop) -> String {
    session.visits.to_string()
}

#[with_session(fresh = "5m")]
pub(crate) async fn claimed(_: Meddles<3>, session: &Shop) -> String {
    session.visits.to_string()
}

pub(crate) struct Pages;

#[with_session(require = user, or = 403)]
impl Pages {
    async fn own(session: &Shop, user: &String) -> String {
        format!("{user} {}", session.visits)
    }

    fn sync(session: &mut Shop) -> String {
        session.visits += 1;
        session.visits.to_string()
    }
}

pub(crate) struct World {
    pub(crate) store: ScriptedStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) browser: Browser,
}

pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const TICK: Duration = Duration::from_millis(1);

pub(crate) async fn world() -> World {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(START));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/account", get(account))
        .route("/visit", post(visit))
        .route("/admins", get(admins))
        .route("/types", get(types))
        .route("/fresh", get(fresh))
        .route("/fresh-alone", post(fresh_alone))
        .route("/checkout", get(checkout))
        .route("/begin-checkout", post(begin_checkout))
        .route("/both", post(both))
        .route("/change", post(change))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/plain-visit", post(plain_visit))
        .route("/unset", post(unset))
        .route("/authenticated", post(authenticated))
        .route("/rotate", post(rotate))
        .route("/make-admin", post(make_admin))
        .route("/restart", post(restart))
        .route("/destroyed", get(destroyed))
        .route("/switched", get(switched))
        .route("/left", get(left))
        .route("/claimed", get(claimed))
        .route("/own", get(Pages::own))
        .route("/sync", post(async |session| Pages::sync(session)))
        .layer(sessions.with::<Checkout>().unwrap());
    World { store, clock, browser: Browser::new(serve(app).await) }
}

/// A world in which ann has just logged in.
pub(crate) async fn logged_in() -> World {
    let mut world = world().await;
    assert_eq!(world.browser.post("/login?name=ann").await.status, 200);
    world.store.forget();
    world
}

/// The guard's answer, and nothing else.
pub(crate) fn assert_refused(reply: &Reply, status: u16) {
    assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{reply:?}");
    assert_eq!(reply.value("vary"), Some("Cookie"));
    assert_eq!(reply.set_cookies().len(), 0);
    assert_eq!(reply.value("location").is_some(), status == 303);
}
