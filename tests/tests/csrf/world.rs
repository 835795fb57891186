//! An application that declares `csrf`, with handlers of every kind.

use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Form, Router};
use serde::Deserialize;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::{Error, Flash, Session, Sessions, Unavailable, WithoutCsrf, session, with_session};
use session_tests::wire::Request as WireRequest;
use session_tests::{Browser, Reply, ScriptedStore, serve};

#[session(csrf)]
pub(crate) struct Shop {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(privileged)]
    pub(crate) admin: bool,
    pub(crate) notes: Vec<String>,
    pub(crate) notice: Flash<String>,
}

#[session(within = Shop)]
pub(crate) struct Wizard {
    step: u32,
    #[session(privileged)]
    confirmed: bool,
}

#[derive(Deserialize)]
pub(crate) struct Note {
    text: String,
    #[serde(default)]
    csrf: String,
}

/// A token beside what the session holds: `token user notes`.
fn show(shop: &Shop, handle: &Session<Shop>) -> Result<String, Error> {
    Ok(format!("{} {:?} {}", handle.csrf_token()?, shop.user, shop.notes.join("+")))
}

#[with_session]
async fn page(session: &Shop, handle: Session<Shop>) -> Result<String, Error> {
    show(session, &handle)
}

#[with_session]
async fn plain(session: Option<&Shop>) -> String {
    format!("{:?}", session.map(|shop| &shop.user))
}

#[with_session]
async fn write(session: &mut Shop, body: String) -> String {
    session.notes.push(body);
    session.notes.join("+")
}

#[with_session]
async fn attempt(session: Result<&Shop, Unavailable>) -> String {
    session.is_ok().to_string()
}

async fn bare(handle: Session<Shop>) -> String {
    handle.update(|shop| shop.notes.push("bare".to_owned()));
    "ran".to_owned()
}

#[with_session]
async fn section(session: &mut Wizard) {
    session.step += 1;
}

#[with_session(require = user)]
async fn guarded(session: &Shop, user: &str) -> String {
    format!("{user} {}", session.notes.len())
}

#[with_session(csrf = form)]
async fn form(handle: Session<Shop>, session: &mut Shop, Form(note): Form<Note>) -> Result<String, Error> {
    handle.verify_csrf(&note.csrf)?;
    session.notes.push(note.text);
    Ok(session.notes.join("+"))
}

/// A login form.
#[with_session(csrf = form)]
async fn enter(session: &mut Shop, handle: Session<Shop>, Form(sent): Form<Note>) -> Result<(), Error> {
    handle.verify_csrf(&sent.csrf)?;
    session.user = Some("ann".to_owned());
    Ok(())
}

#[with_session(csrf = form)]
async fn logout_form(handle: Session<Shop>, session: &Shop, Form(sent): Form<Note>) -> Result<(), Error> {
    handle.verify_csrf(&sent.csrf)?;
    // it is the same for whom it was shown to
    drop(session.user.clone());
    handle.destroy();
    Ok(())
}

#[with_session(csrf = form)]
async fn careless(
    session: &mut Shop,
    handle: Session<Shop>,
    Path((what, status)): Path<(String, u16)>,
) -> StatusCode {
    match &*what {
        "note" => session.notes.push("careless".to_owned()),
        "login" => session.user = Some("eve".to_owned()),
        "logout" => *session = Shop::default(),
        "destroy" => handle.destroy(),
        "rotate" => handle.rotate(),
        "save" => {
            session.notes.push("saved".to_owned());
            handle.stage(session);
            assert!(handle.save().await.unwrap_err().is_csrf());
        }
        "take" => {
            let taken = handle.take_once(|shop| shop.notes.pop()).await;
            assert!(taken.unwrap_err().is_csrf());
        }
        "token" => drop(handle.csrf_token().unwrap()),
        "panic" => {
            handle.destroy();
            panic!("on purpose");
        }
        _ => {}
    }
    StatusCode::from_u16(status).unwrap()
}

/// Says what was wrong rather than return the error.
#[with_session(csrf = form)]
async fn patient(session: &mut Shop, handle: Session<Shop>, Form(note): Form<Note>) -> impl IntoResponse {
    if handle.verify_csrf(&note.csrf).is_err() {
        return (StatusCode::UNPROCESSABLE_ENTITY, "please send the form again");
    }
    session.notes.push(note.text);
    (StatusCode::OK, "")
}

#[with_session(csrf = false)]
async fn webhook(session: &mut Shop, handle: Session<Shop>, body: String) -> String {
    session.notes.push(body);
    handle.exists().to_string()
}

#[with_session]
async fn login(session: &mut Shop, handle: Session<Shop>) -> Result<String, Error> {
    session.user = Some("ann".to_owned());
    handle.stage(session);
    show(session, &handle)
}

#[with_session]
async fn login_unstaged(session: &mut Shop, handle: Session<Shop>) -> Result<String, Error> {
    session.user = Some("ann".to_owned());
    show(session, &handle)
}

#[with_session]
async fn promote(#[session] wizard: &mut Wizard, handle: Session<Wizard>) -> Result<String, Error> {
    wizard.confirmed = !wizard.confirmed;
    handle.stage(wizard);
    Ok(handle.csrf_token()?.into())
}

#[with_session]
async fn act(session: &mut Shop, handle: Session<Shop>, Path(what): Path<String>) -> Result<String, Error> {
    match &*what {
        "rotate" => handle.rotate(),
        "authenticated" => handle.authenticated(),
        "destroy" => handle.destroy(),
        "restart" => handle.restart(Shop { notes: vec!["new".to_owned()], ..Shop::default() }),
        "admin" => {
            session.admin = !session.admin;
            handle.stage(session);
        }
        "switch" => {
            session.user = Some("bob".to_owned());
            handle.stage(session);
        }
        "leave" => {
            *session = Shop::default();
            handle.stage(session);
        }
        "first" => {
            // before and after: the second is the one that counts
            handle.csrf_token()?;
            handle.rotate();
        }
        "late" => {
            let token = handle.csrf_token()?;
            handle.rotate();
            return Ok(format!("{token} "));
        }
        "saved" => {
            handle.rotate();
            let token = handle.csrf_token()?;
            handle.stage(session);
            handle.save().await?;
            return Ok(format!("{token} "));
        }
        _ => {}
    }
    Ok(format!("{} {}", handle.csrf_token()?, handle.csrf_token()?))
}

async fn error_page(handle: Session<Shop>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, handle.csrf_token().unwrap().to_string())
}

async fn watched(WithoutCsrf(session): WithoutCsrf<Shop>, request: Request, next: Next) -> Response {
    let user = session.get().user.clone();
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-user", format!("{user:?}").parse().unwrap());
    response
}

/// Lets everything through itself; what stands behind it still makes its own demand.
#[with_session(csrf = false)]
async fn lenient(session: Option<&Shop>, request: Request, next: Next) -> Response {
    let _ = session.is_some();
    next.run(request).await
}

pub(crate) fn routes() -> Router {
    let behind = Router::new()
        .route("/form", post(form))
        .route("/write", post(write))
        .route("/bare", post(bare))
        .layer(from_fn(watched))
        .layer(from_fn(lenient));
    Router::new()
        .route("/page", get(page))
        .route("/plain", any(plain))
        .route("/write", any(write))
        .route("/attempt", post(attempt))
        .route("/bare", post(bare))
        .route("/section", post(section))
        .route("/guarded", any(guarded))
        .route("/enter", post(enter))
        .route("/logout-form", post(logout_form))
        .route("/form", post(form))
        .route("/careless/{what}/{status}", post(careless))
        .route("/patient", post(patient))
        .route("/webhook", post(webhook))
        .route("/login", post(login))
        .route("/login-unstaged", post(login_unstaged))
        .route("/promote", post(promote))
        .route("/act/{what}", post(act).get(act))
        .route("/error", get(error_page))
        .nest("/behind", behind)
}

pub(crate) struct World {
    pub(crate) store: ScriptedStore,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) browser: Browser,
}

pub(crate) async fn world() -> World {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let sessions = sessions.with::<Wizard>().unwrap();
    let browser = Browser::new(serve(routes().layer(sessions.clone())).await);
    World { store, sessions, clock, browser }
}

/// A world in which ann is logged in, and a token of her session.
pub(crate) async fn logged_in() -> (World, String) {
    let mut world = world().await;
    let token = first_word(&world.browser.post("/login").await);
    world.store.forget();
    (world, token)
}

/// The token of a page.
pub(crate) fn first_word(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    let token = reply.body.split(' ').next().unwrap().to_owned();
    assert_eq!(token.len(), 86, "{reply:?}");
    token
}

/// `POST`, with the token in the header.
pub(crate) async fn post_with(browser: &mut Browser, target: &str, token: &str) -> Reply {
    browser.send(WireRequest::post(target).line(format!("X-CSRF-Token: {token}"))).await
}

/// `POST` of a form, with the token in its body.
pub(crate) async fn post_form(browser: &mut Browser, target: &str, token: &str) -> Reply {
    let form = WireRequest::post(target).line("content-type: application/x-www-form-urlencoded");
    browser.send(form.body(format!("text=note&csrf={token}"))).await
}

/// Refused, and nothing else.
pub(crate) fn assert_refused(reply: &Reply) {
    assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{reply:?}");
    assert_eq!(reply.set_cookies().len(), 0, "{reply:?}");
}
