//! A session's id is renewed while its pages are on their way, and while their forms are (S24, S28, T32).

use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{
    EncryptedCookieStore, Error, KeyRing, MemoryStore, RevocationList, SecretKey, Session, Sessions,
    SessionsBuilder, SignedCookieStore, session, with_session,
};
use session_tests::{Browser, Moment, Op, ScriptedStore, patiently, serve};

use super::world::{assert_refused, first_word, post_form, post_with};

#[session(csrf)]
struct Login {
    #[session(owner)]
    user: Option<u32>,
    visits: u32,
}

#[with_session]
async fn page(session: &Login, handle: Session<Login>) -> Result<String, Error> {
    Ok(format!("{} {}", handle.csrf_token()?, session.visits))
}

async fn renew(handle: Session<Login>) {
    handle.renew();
}

async fn rotate(handle: Session<Login>) -> Result<String, Error> {
    handle.rotate();
    Ok(handle.csrf_token()?.into())
}

#[with_session]
async fn visit(session: &mut Login) -> String {
    session.visits += 1;
    session.visits.to_string()
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
}

#[with_session(csrf = form)]
async fn form(session: &mut Login, handle: Session<Login>, Form(sent): Form<Sent>) -> Result<String, Error> {
    handle.verify_csrf(&sent.csrf)?;
    session.visits += 1;
    Ok(session.visits.to_string())
}

fn routes() -> Router {
    Router::new()
        .route("/page", get(page))
        .route("/renew", get(renew))
        .route("/rotate", get(rotate))
        .route("/visit", post(visit))
        .route("/form", post(form))
}

fn ring() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

/// A browser whose id is a minute old, and a token of it.
async fn visitor(builder: SessionsBuilder<Login>) -> (Browser, String, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
    let sessions = builder.clock(Arc::clone(&clock)).build().unwrap();
    let mut browser = Browser::new(serve(routes().layer(sessions)).await);
    let token = first_word(&browser.get("/page").await);
    clock.advance(Duration::from_secs(60));
    (browser, token, clock)
}

fn everywhere() -> [SessionsBuilder<Login>; 3] {
    let ended = || RevocationList::new(MemoryStore::new());
    [
        Sessions::builder(MemoryStore::new()),
        Sessions::builder(SignedCookieStore::new(ring(), ended())),
        Sessions::builder(EncryptedCookieStore::new(ring(), ended())),
    ]
}

#[tokio::test]
async fn t32_s28_the_forms_from_before_a_renewal_are_good_under_both_ids() {
    for builder in everywhere() {
        let (mut browser, token, clock) = visitor(builder).await;
        let (mut header, mut body, mut late) = (browser.clone(), browser.clone(), browser.clone());
        assert!(browser.get("/renew").await.pair().is_some());
        let answer = post_with(&mut header, "/visit", &token).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "1"));
        assert!(answer.pair().is_some(), "with the new id");
        assert_eq!(post_form(&mut body, "/form", &token).await.status, 200);
        // a form in another tab, sent under the new id
        assert_eq!(post_with(&mut browser.clone(), "/visit", &token).await.status, 200);
        assert_eq!(post_form(&mut browser.clone(), "/form", &token).await.status, 200);
        let next = first_word(&late.clone().get("/page").await);
        assert_eq!(post_with(&mut browser, "/visit", &next).await.status, 200);
        assert_eq!(post_with(&mut late.clone(), "/visit", &next).await.status, 200);
        assert_eq!(late.clone().post("/visit").await.status, 403);
        // after the grace the old id reaches nothing, and after another renewal the form is good yet
        clock.advance(Duration::from_secs(31));
        assert_eq!(post_with(&mut late, "/visit", &token).await.status, 409);
        assert!(browser.get("/renew").await.pair().is_some());
        assert_eq!(post_with(&mut browser, "/visit", &token).await.status, 200);
    }
}

#[tokio::test]
async fn t28_a_rotation_after_a_renewal_ends_the_tokens_of_all_ids_before() {
    for builder in everywhere() {
        let (mut browser, token, _) = visitor(builder).await;
        assert!(browser.get("/renew").await.pair().is_some());
        let next = first_word(&browser.get("/page").await);
        let rotated = browser.get("/rotate").await.body;
        for dead in [&token, &next] {
            assert_refused(&post_with(&mut browser.clone(), "/visit", dead).await);
        }
        assert_eq!(post_with(&mut browser, "/visit", &rotated).await.status, 200);
    }
}

#[tokio::test]
async fn s24_s28_a_page_with_a_token_renews_a_due_id_as_any_other_does() {
    for builder in everywhere() {
        let (mut browser, token, clock) = visitor(builder.renew(Duration::from_secs(300))).await;
        assert!(browser.get("/page").await.pair().is_none(), "not due yet");
        clock.advance(Duration::from_secs(240));
        let page = browser.get("/page").await;
        assert!(page.pair().is_some(), "a new id");
        for token in [&token, &first_word(&page)] {
            assert_eq!(post_with(&mut browser, "/visit", token).await.status, 200);
        }
    }
}

#[tokio::test]
async fn t32_s28_a_token_for_a_new_id_is_good_also_if_a_renewal_came_between() {
    let (store, list) = (ScriptedStore::new(), ScriptedStore::new());
    let cookies = EncryptedCookieStore::new(ring(), RevocationList::new(list.clone()));
    for (builder, store, op) in [
        (Sessions::builder(store.clone()), store, Op::Rotate),
        // where an id is ended by an entry
        (Sessions::builder(cookies), list, Op::Create),
    ] {
        let (mut browser, _, _) = visitor(builder).await;
        let mut other = browser.clone();
        let gate = store.pause(Moment::Before(op));
        let rotating = tokio::spawn(async move {
            let token = browser.get("/rotate").await.body;
            (browser, token)
        });
        gate.reached().await;
        assert!(other.get("/renew").await.pair().is_some());
        gate.open();
        let (mut browser, token) = patiently("the rotation", rotating).await.unwrap();
        assert_eq!(post_with(&mut browser, "/visit", &token).await.status, 200, "{op:?}");
    }
}
