//! A CSRF token that a response hands out is for the id after the response (T7), also where that id has to be noted in the
//! index of an owner first, and where a renewal comes between.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::{
    EncryptedCookieStore, Error, MemoryStore, RevocationList, Session, Sessions, session, with_session,
};
use session_tests::stores::any_keys;
use session_tests::{Browser, Gate, Request, ScriptedStore, Turn, patiently, serve};

use crate::world::MINUTE;

#[session(csrf)]
struct Forms {
    #[session(owner)]
    user: Option<String>,
    note: String,
}

#[with_session]
async fn page(#[session] _session: &Forms, handle: Session<Forms>) -> Result<String, Error> {
    Ok(handle.csrf_token()?.to_string())
}

/// Logs in, and answers with a page that has a form.
#[with_session]
async fn login(
    session: &mut Forms,
    handle: Session<Forms>,
    Path(user): Path<String>,
) -> Result<String, Error> {
    session.user = Some(user);
    handle.authenticated();
    handle.stage(session);
    Ok(handle.csrf_token()?.to_string())
}

#[with_session]
async fn renew(#[session] _session: &Forms, handle: Session<Forms>) {
    handle.renew();
}

#[with_session]
async fn note(session: &mut Forms, Path(note): Path<String>) -> String {
    session.note = note;
    session.user.clone().unwrap_or_default()
}

struct Shop {
    sessions: Sessions<Forms>,
    store: ScriptedStore<MemoryStore>,
    clock: Arc<ManualClock>,
    server: std::net::SocketAddr,
}

async fn shop(in_cookie: bool) -> Shop {
    let store = ScriptedStore::around(MemoryStore::new());
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let builder = if in_cookie {
        Sessions::builder(EncryptedCookieStore::new(any_keys(), RevocationList::new(store.clone())))
    } else {
        Sessions::builder(store.clone())
    };
    let sessions = builder.clock(Arc::clone(&clock)).build().unwrap();
    let app = Router::new()
        .route("/", get(page))
        .route("/login/{user}", post(login))
        .route("/renew", get(renew))
        .route("/note/{note}", post(note))
        .layer(sessions.clone());
    Shop { sessions, store, clock, server: serve(app).await }
}

fn with(token: &str, path: &str) -> Request {
    Request::post(path).line(format!("X-CSRF-Token: {token}"))
}

async fn owner_of_a_note(shop: &Shop, browser: &Browser, token: &str) -> (u16, String) {
    let reply = browser.prepare(with(token, "/note/told")).send(shop.server).await;
    (reply.status, reply.body)
}

#[tokio::test]
async fn s15_the_token_in_the_answer_to_a_login_is_of_the_id_that_the_owner_was_noted_with() {
    for in_cookie in [false, true] {
        let shop = shop(in_cookie).await;
        // of a visitor, whose session gets a new id, and of somebody without a session
        let mut visitor = Browser::new(shop.server);
        let first = visitor.get("/").await.body;
        for (mut browser, token) in [(visitor, first), (Browser::new(shop.server), String::new())] {
            let reply = browser.prepare(with(&token, "/login/ann")).send(shop.server).await;
            browser.take(&reply);
            assert_eq!(owner_of_a_note(&shop, &browser, &reply.body).await, (200, "ann".to_owned()));
        }
        assert_eq!(shop.sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 2, "{in_cookie}");
    }
}

#[tokio::test]
async fn s24_a_login_that_a_renewal_overtakes_keeps_the_promise_of_its_token() {
    for in_cookie in [false, true] {
        let calls = {
            let shop = shop(in_cookie).await;
            let mut browser = Browser::new(shop.server);
            let token = browser.get("/").await.body;
            shop.store.forget();
            browser.prepare(with(&token, "/login/ann")).send(shop.server).await;
            shop.store.calls().len()
        };
        for turn in (1..calls).map(Turn::Before) {
            let (shop, of) = (shop(in_cookie).await, format!("{in_cookie} {turn:?}"));
            let mut browser = Browser::new(shop.server);
            let token = browser.get("/").await.body;
            shop.clock.advance(MINUTE);
            shop.store.forget();
            let gate: Gate = shop.store.pause_call(turn);
            let (request, server) = (browser.prepare(with(&token, "/login/ann")), shop.server);
            let login = tokio::spawn(async move { request.send(server).await });
            gate.reached().await;
            let renewal = browser.prepare(Request::get("/renew")).send(shop.server).await;
            assert_eq!(renewal.status, 200, "{of}");
            gate.open();
            let reply = patiently(&of, login).await.unwrap();
            assert_eq!(reply.status, 200, "{of}");
            browser.take(&reply);
            assert_eq!(owner_of_a_note(&shop, &browser, &reply.body).await, (200, "ann".to_owned()), "{of}");
            assert_eq!(shop.sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 1, "{of}");
            assert_eq!(owner_of_a_note(&shop, &browser, &reply.body).await.0, 409, "{of}");
        }
    }
}
