//! Migrations in cookies and in encrypted stores, and `take_once`.

use axum::Router;
use axum::routing::{get, post};
use session_runtime::store::EncryptedStore;
use session_runtime::{
    EncryptedCookieStore, MemoryStore, RevocationList, Session, Sessions, SignedCookieStore, with_session,
};
use session_tests::{Browser, Moment, Op, Request, ScriptedStore, patiently, serve};

use crate::code::{Code, before, coupon_before, keys, note, note_before, show, value};

#[with_session]
async fn redeem(session: &Code, handle: Session<Code>) -> String {
    assert!(session.note.len() < 9);
    handle.take_once(|code| code.coupons.pop()).await.unwrap().unwrap_or_default()
}

async fn through_a_store(old: Sessions<before::Code>, new: Sessions<Code>, reads_change_nothing: bool) {
    let cookie = old.issue(value()).await.unwrap().cookie().to_owned();
    let app = Router::new().route("/", get(show)).route("/note", post(note)).layer(new);
    let mut browser = Browser::new(serve(app).await);
    browser.plant(&cookie);
    for _ in 0..2 {
        let reply = browser.get("/").await;
        assert_eq!((reply.body.as_str(), reply.set_cookies().len()), ("winter n", 0));
    }
    assert!(!reads_change_nothing || browser.cookie().as_deref() == Some(&*cookie));
    for expected in ["winter n!", "winter n!!"] {
        assert_eq!(browser.post("/note").await.status, 200);
        assert_eq!(browser.get("/").await.body, expected);
    }
    // and back: the earlier version still reads what it knows
    let app = Router::new().route("/note", post(note_before)).layer(old);
    let mut earlier = Browser::new(serve(app).await);
    earlier.plant(&browser.cookie().unwrap());
    assert_eq!(earlier.post("/note").await.status, 200);
    browser.plant(&earlier.cookie().unwrap());
    assert_eq!(browser.get("/").await.body, "winter n!!?");
}

#[tokio::test]
async fn t42_a_session_in_an_encrypted_cookie_is_migrated_and_read_by_both() {
    let ended = RevocationList::new(MemoryStore::new());
    let store = || EncryptedCookieStore::new(keys(), ended.clone()).application("shop");
    through_a_store(Sessions::new(store()).unwrap(), Sessions::new(store()).unwrap(), true).await;
}

#[tokio::test]
async fn t42_a_session_in_a_signed_cookie_is_migrated_and_read_by_both() {
    let ended = RevocationList::new(MemoryStore::new());
    let store = || SignedCookieStore::new(keys(), ended.clone()).application("shop");
    through_a_store(Sessions::new(store()).unwrap(), Sessions::new(store()).unwrap(), true).await;
}

#[tokio::test]
async fn t42_a_session_in_an_encrypted_store_is_migrated_and_read_by_both() {
    let inner = MemoryStore::new();
    let store = || EncryptedStore::new(inner.clone(), &keys());
    through_a_store(Sessions::new(store()).unwrap(), Sessions::new(store()).unwrap(), true).await;
}

#[tokio::test]
async fn t34_t42_what_is_taken_of_a_migrated_session_is_taken_once() {
    let store = ScriptedStore::new();
    let old = Sessions::<before::Code>::new(store.clone()).unwrap();
    let new = Sessions::<Code>::new(store.clone()).unwrap();
    let cookie = old.issue(value()).await.unwrap().cookie().to_owned();
    let earlier = serve(Router::new().route("/coupon", post(coupon_before)).layer(old)).await;
    let app = Router::new().route("/", get(show)).route("/redeem", post(redeem)).layer(new);
    let server = serve(app).await;
    let gate = store.pause(Moment::Before(Op::Update));
    let redeeming = Request::post("/redeem").cookie(&cookie);
    let first = tokio::spawn(async move { redeeming.send(server).await.body });
    gate.reached().await;
    // another one, by a server of the earlier version
    assert_eq!(Request::post("/coupon").cookie(&cookie).send(earlier).await.status, 200);
    gate.open();
    assert_eq!(
        patiently("the first", first).await.unwrap(),
        "spring",
        "the coupon that is there when it is taken"
    );
    assert_eq!(Request::post("/redeem").cookie(&cookie).send(server).await.body, "");
    assert_eq!(Request::get("/").cookie(&cookie).send(server).await.body, " n");
}
