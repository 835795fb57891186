//! Microdot: a session in a signed cookie, given to the handler as an argument.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use session_runtime::{
    Extra, KeyRing, RevocationList, SameSite, SecretKey, Session, Sessions, SignedCookieStore, session,
    with_session,
};
use session_tests::{Browser, Request, serve};

use crate::world::{Kind, MINUTE, attributes, key_bytes, on_every_store};

#[session(cookie = "session", idle = "30m", absolute = "1h")]
struct State {
    n: u32,
    user: Option<String>,
    #[session(extra)]
    extra: Extra,
}

#[with_session]
async fn counter(session: &mut State) -> Json<Value> {
    session.n += 1;
    Json(json!({ "n": session.n }))
}

#[with_session]
async fn show(session: &State) -> Json<Value> {
    let keys: Vec<&str> = session.extra.keys().collect();
    Json(json!({ "n": session.n, "user": session.user, "keys": keys }))
}

/// The session stands after another argument.
#[with_session]
async fn set(Path((key, value)): Path<(String, i64)>, session: &mut State) -> Result<String, String> {
    session.extra.set(key, value).map_err(|error| error.to_string())?;
    Ok(session.extra.len().to_string())
}

#[with_session]
async fn pop(session: &mut State, Path(key): Path<String>) -> String {
    format!("{:?} {}", session.extra.pop::<i64>(&key), session.extra.contains(&key))
}

/// Saves by hand, changes more, and saves again.
async fn twice(handle: Session<State>) -> Result<(), StatusCode> {
    for n in [1, 2] {
        handle.update(|state| state.n = n);
        handle.save().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    }
    handle.update(|state| state.n = 3);
    Ok(())
}

#[with_session]
async fn forbidden(session: &mut State) -> StatusCode {
    session.n = 403;
    StatusCode::FORBIDDEN
}

async fn logout(handle: Session<State>) {
    handle.destroy();
}

fn app(sessions: Sessions<State>) -> Router {
    Router::new()
        .route("/counter", get(counter))
        .route("/show", get(show))
        .route("/set/{key}/{value}", post(set))
        .route("/pop/{key}", post(pop))
        .route("/twice", post(twice))
        .route("/forbidden", post(forbidden))
        .route("/logout", post(logout))
        .route("/plain", get(|| async { "plain" }))
        .layer(sessions)
}

/// MD-17, MD-18, MD-19: the counter, with the session as an argument; nobody calls `save`.
#[tokio::test]
async fn the_counter() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        for n in 1..=3 {
            assert_eq!(browser.get("/counter").await.body, format!("{{\"n\":{n}}}"));
        }
    })
    .await;
}

/// MD-14, MD-22, PA-35: the session as a dictionary, also with keys that are claims of a JWT or somebody's metadata.
#[tokio::test]
async fn a_dictionary() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        let keys = ["exp", "nbf", "iat", "sub", "aud", "jti", "iss", "_created_at", "@owner"];
        for (count, key) in keys.iter().enumerate() {
            assert_eq!(browser.post(&format!("/set/{key}/7")).await.body, (count + 1).to_string());
        }
        assert_eq!(browser.get("/counter").await.body, "{\"n\":1}");
        for key in keys {
            assert_eq!(browser.post(&format!("/pop/{key}")).await.body, "Ok(Some(7)) false", "{key}");
        }
        assert_eq!(browser.post("/pop/exp").await.body, "Ok(None) false");
        assert_eq!(browser.get("/show").await.body, "{\"keys\":[],\"n\":1,\"user\":null}");
    })
    .await;
}

/// MD-2, MD-3, PA-26: a client may read a signed cookie, and whatever it changes in it makes it an empty session.
#[tokio::test]
async fn tampering() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        browser.post("/set/canary/4711").await;
        let pair = browser.cookie().unwrap();
        let value = pair.strip_prefix("session=").unwrap();
        let payload = value.split('.').nth(1).map(decoded).unwrap_or_default();
        assert_eq!(payload.contains("canary\":4711"), world.kind() == Kind::Signed, "{payload}");
        let flipped = |at: usize| {
            let mut bytes = value.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'B' { b'C' } else { b'B' };
            String::from_utf8(bytes).unwrap()
        };
        let mut changed: Vec<String> = (0..value.len() - 1).step_by(5).map(flipped).collect();
        changed.extend([
            String::new(),
            format!("{value}A"),
            format!("\"{value}\""),
            value[1..].to_owned(),
            format!("{value}.x"),
            value.replace('.', ""),
            value.to_uppercase(),
        ]);
        for changed in changed.iter().filter(|changed| *changed != value) {
            let reply = Request::get("/show").cookie(format!("session={changed}")).send(world.server).await;
            assert_eq!((reply.status, reply.body.contains("\"n\":0")), (200, true), "{changed}");
        }
    })
    .await;
}

fn decoded(part: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// MD-9: the session is looked at when it is asked for, and then alone does the answer depend on the cookie.
#[tokio::test]
async fn only_who_asks_depends_on_the_cookie() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        assert_eq!(browser.get("/plain").await.value("vary"), None);
        assert_eq!(browser.get("/show").await.value("vary"), Some("Cookie"));
    })
    .await;
}

/// MD-15: however often it is saved by hand, one cookie is sent, and the last state stands.
#[tokio::test]
async fn saving_by_hand() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        let reply = browser.post("/twice").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.set_cookies().len(), usize::from(world.kind().is_cookie()));
        assert!(browser.get("/show").await.body.contains("\"n\":3"));
    })
    .await;
}

/// MD-16, MD-23: neither a copy from before the logout nor one beyond its end is worth anything.
#[tokio::test]
async fn replays() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        let copy = browser.cookie().unwrap();
        assert!(browser.post("/logout").await.removes_cookie());
        assert!(world.seen_with("/show", &copy).await.contains("\"n\":0"));
        let mut browser = world.browser();
        browser.get("/counter").await;
        let copy = browser.cookie().unwrap();
        world.clock.advance(30 * MINUTE);
        assert!(world.seen_with("/show", &copy).await.contains("\"n\":0"));
    })
    .await;
}

/// MD-25: an older copy of a cookie that holds its session brings the older state back; an id does not.
#[tokio::test]
async fn an_older_copy() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        let older = browser.cookie().unwrap();
        browser.get("/counter").await;
        let n = if world.kind().is_cookie() { "\"n\":1" } else { "\"n\":2" };
        assert!(world.seen_with("/show", &older).await.contains(n));
    })
    .await;
}

/// MD-26: a 403 that the handler makes is an answer like any other.
#[tokio::test]
async fn an_answer_that_says_no() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        assert_eq!(browser.post("/forbidden").await.status, 403);
        assert!(browser.get("/show").await.body.contains("\"n\":403"));
    })
    .await;
}

/// MD-27: a restart with another key ends the sessions that were sealed under the first, without an error.
#[tokio::test]
async fn another_key() {
    on_every_store(app, async |mut world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        let cookie = browser.cookie().unwrap();
        world.restart_with_another_key().await;
        let n = if world.kind().is_cookie() || world.kind() == Kind::Memory { "\"n\":0" } else { "\"n\":1" };
        assert!(world.seen_with("/show", &cookie).await.contains(n), "{:?}", world.kind());
    })
    .await;
}

/// MD-12: the old key is kept beside the new one for a while; the first answer that writes is sealed under the new one.
#[tokio::test]
async fn a_key_is_changed() {
    let key = |seed| SecretKey::from_bytes(key_bytes(seed)).unwrap();
    let list = RevocationList::new(session_runtime::MemoryStore::new());
    let server =
        async |ring| serve(app(Sessions::new(SignedCookieStore::new(ring, list.clone())).unwrap())).await;
    let mut browser = Browser::new(server(KeyRing::new(key(1))).await);
    browser.get("/counter").await;
    let old = browser.cookie().unwrap();
    let mut browser = Browser::new(server(KeyRing::new(key(2)).and_read(key(1)).unwrap()).await);
    browser.plant(&old);
    assert_eq!(browser.get("/counter").await.body, "{\"n\":2}");
    let new = browser.cookie().unwrap();
    let alone = server(KeyRing::new(key(2))).await;
    for (cookie, n) in [(new, "\"n\":2"), (old, "\"n\":0")] {
        assert!(Request::get("/show").cookie(cookie).send(alone).await.body.contains(n));
    }
}

/// MD-4, MD-8, MD-13, EM-7, EM-8, EM-10, EM-31, WP-6, PA-3, PA-6: every option of the cookie, on every store alike.
#[tokio::test]
async fn the_options_of_the_cookie() {
    for kind in Kind::ALL {
        let place = crate::world::Place::new(kind);
        let builder = place.sessions::<State>().cookie_name("sid").domain("example.com").path("/app");
        let builder = builder.same_site(SameSite::Strict).http_only(false).partitioned(true).persistent(true);
        let sessions = builder.build().unwrap();
        let policy = sessions.policy().to_string();
        for part in ["sid", "/app", "example.com", "Strict"] {
            assert!(policy.contains(part), "{policy}");
        }
        let server = serve(Router::new().nest("/app", app(sessions))).await;
        let reply = Request::get("/app/counter").send(server).await;
        let line = reply.set_cookie().unwrap();
        assert!(line.starts_with("sid="), "{line}");
        assert_eq!(
            attributes(line),
            ["Domain=example.com", "Max-Age=1800", "Partitioned", "Path=/app", "SameSite=Strict", "Secure"],
            "{kind:?}"
        );
    }
}
