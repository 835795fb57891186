//! In a cookie, the sealed id plays the id's part; in a sharded store, the id carries its slot.

use axum::Router;
use axum::routing::{get, post};
use session_runtime::{
    EncryptedCookieStore, Error, KeyRing, MemoryStore, RevocationList, SecretKey, Session, Sessions,
    SignedCookieStore, session, with_session,
};
use session_tests::wire::Request;
use session_tests::{Browser, serve};

use super::world::{assert_refused, first_word, post_with};

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

#[with_session]
async fn enter(session: &mut Login, handle: Session<Login>) -> Result<String, Error> {
    session.user = Some(1);
    handle.stage(session);
    Ok(format!("{} {}", handle.csrf_token()?, session.visits))
}

#[with_session]
async fn visit(session: &mut Login) -> String {
    session.visits += 1;
    session.visits.to_string()
}

fn routes() -> Router {
    Router::new().route("/page", get(page)).route("/enter", post(enter)).route("/visit", post(visit))
}

fn ring() -> KeyRing {
    let key = "9f3c1d7e5ab80264e1f7098c3b6d5a421c8e7f60b95d23a4d6187e0f4c2b9a35";
    KeyRing::new(SecretKey::from_hex(key).unwrap())
}

#[tokio::test]
async fn s28_t28_tokens_of_sessions_in_cookies_rotate_with_the_sealed_id() {
    let ended = || RevocationList::new(MemoryStore::new());
    for sessions in [
        Sessions::<Login>::new(EncryptedCookieStore::new(ring(), ended())).unwrap(),
        Sessions::<Login>::new(SignedCookieStore::new(ring(), ended())).unwrap(),
        Sessions::<Login>::new(EncryptedCookieStore::without_revocation(ring())).unwrap(),
    ] {
        let mut browser = Browser::new(serve(routes().layer(sessions)).await);
        let first = first_word(&browser.get("/page").await);
        assert!(browser.cookie().is_some(), "an empty session, in its cookie");
        assert_refused(&browser.post("/visit").await);
        assert_eq!(post_with(&mut browser, "/visit", &first).await.body, "1");
        // a write makes another cookie, of the same id
        assert_eq!(post_with(&mut browser, "/visit", &first).await.body, "2");
        let login = post_with(&mut browser, "/enter", &first).await;
        let second = first_word(&login);
        assert_refused(&post_with(&mut browser, "/visit", &first).await);
        assert_eq!(post_with(&mut browser, "/visit", &second).await.body, "3");
        let forged = Request::post("/visit").line(format!("x-csrf-token: {second}"));
        let forged = browser.send(forged.line("sec-fetch-site: cross-site")).await;
        assert_refused(&forged);
    }
}
