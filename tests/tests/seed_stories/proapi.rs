//! `ProAPI`: a login with JSON, a profile that sends visitors away, a logout; and a dictionary.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use session_runtime::store::EncryptedStore;
use session_runtime::{
    Extra, FileStore, KeyRing, MemoryStore, SecretKey, Session, Sessions, session, with_session,
};
use session_tests::{Browser, Reply, Request, serve};

use crate::world::{Kind, MINUTE, Place, attributes, key_bytes, on_every_store};

#[session(cookie = "session", idle = "1h", absolute = "8h")]
struct Account {
    #[session(owner)]
    user_id: Option<u64>,
    username: String,
    last_visit: Option<u64>,
    settings: BTreeMap<String, Vec<String>>,
    #[session(extra)]
    extra: Extra,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

#[with_session]
async fn index(session: &mut Account) -> Json<Value> {
    session.last_visit = Some(session.last_visit.unwrap_or_default() + 1);
    Json(json!({ "user_id": session.user_id }))
}

#[with_session]
async fn login(session: &mut Account, Json(credentials): Json<Credentials>) -> Json<Value> {
    if credentials.username == "admin" && credentials.password == "password" {
        session.user_id = Some(1);
        session.username = credentials.username;
        Json(json!({ "message": "Login successful" }))
    } else {
        Json(json!({ "error": "Invalid credentials" }))
    }
}

#[with_session]
async fn profile(session: &Account) -> Response {
    match session.user_id {
        None => Redirect::to("/login").into_response(),
        Some(id) => Json(json!({ "user_id": id, "username": session.username })).into_response(),
    }
}

#[with_session(require = user_id, or = redirect("/login"))]
async fn guarded(session: &Account, user_id: &u64) -> String {
    format!("{user_id} {}", session.username)
}

#[with_session]
async fn logout(session: &mut Account) -> Json<Value> {
    *session = Account::default();
    Json(json!({ "message": "Logout successful" }))
}

/// All that a dictionary can do, one after the other.
#[with_session]
async fn dictionary(session: &mut Account) -> Result<Json<Value>, String> {
    let extra = &mut session.extra;
    let text = |error: session_runtime::ExtraError| error.to_string();
    let before = extra.get::<String>("key").map_err(text)?.unwrap_or_else(|| "default".into());
    extra.set("key", "value").map_err(text)?;
    extra.update([("key1", "value1"), ("key2", "value2")]).map_err(text)?;
    let contains = [extra.contains("key"), extra.contains("missing")];
    let removed = [extra.remove("key1"), extra.remove("missing")];
    let popped = extra.pop::<String>("key2").map_err(text)?;
    let missing = extra.pop::<String>("key2").map_err(text)?.unwrap_or_else(|| "default".into());
    extra.set("_created_at", 1).map_err(text)?;
    let keys: Vec<&str> = extra.keys().collect();
    Ok(Json(json!([before, contains, removed, popped, missing, keys])))
}

#[with_session]
async fn nested(session: &mut Account) -> String {
    session.settings.entry("tags".into()).or_default().push("x".into());
    session.settings["tags"].len().to_string()
}

/// Sets a cookie of its own beside the session's, and fails if it is told to.
async fn own_cookie(handle: Session<Account>, body: String) -> Response {
    handle.update(|account| account.username = "changed".into());
    let status = if body == "fail" { 500 } else { 200 };
    let status = axum::http::StatusCode::from_u16(status).unwrap();
    (status, [("set-cookie", "other=1; Path=/")]).into_response()
}

fn routes() -> Router {
    Router::new()
        .route("/", get(index))
        .route("/login", post(login))
        .route("/profile", get(profile))
        .route("/guarded", get(guarded))
        .route("/logout", post(logout))
        .route("/dictionary", post(dictionary))
        .route("/nested", post(nested))
        .route("/own-cookie", post(own_cookie))
        .route("/plain", get(|| async { "plain" }))
}

fn app(sessions: Sessions<Account>) -> Router {
    routes().layer(sessions)
}

async fn log_in(browser: &mut Browser, password: &str) -> Reply {
    let body = json!({ "username": "admin", "password": password }).to_string();
    browser.send(Request::post("/login").line("content-type: application/json").body(body)).await
}

/// PA-0, PA-12, PA-13, PA-23, PA-24, PA-25: the whole story, with header names in lower case: the wrong password, the right one,
/// the profile, the logout, and a copy of the cookie after it.
#[tokio::test]
async fn login_profile_logout() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        let reply = browser.get("/profile").await;
        assert_eq!((reply.status, reply.value("location")), (303, Some("/login")));
        assert_eq!(log_in(&mut browser, "guess").await.body, "{\"error\":\"Invalid credentials\"}");
        assert_eq!(browser.cookie(), None, "a wrong password makes no session");
        let reply = log_in(&mut browser, "password").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "{\"message\":\"Login successful\"}"));
        assert_eq!(browser.get("/profile").await.body, "{\"user_id\":1,\"username\":\"admin\"}");
        assert_eq!(browser.get("/guarded").await.body, "1 admin");
        assert_eq!(browser.get("/").await.body, "{\"user_id\":1}");
        let copy = browser.cookie().unwrap();
        let reply = browser.post("/logout").await;
        assert_eq!(reply.body, "{\"message\":\"Logout successful\"}");
        assert!(reply.removes_cookie());
        for cookie in [browser.cookie(), Some(copy)] {
            let mut later = world.browser();
            if let Some(cookie) = cookie {
                later.plant(&cookie);
            }
            for target in ["/profile", "/guarded"] {
                let reply = later.get(target).await;
                assert_eq!((reply.status, reply.value("location")), (303, Some("/login")), "{target}");
            }
        }
    })
    .await;
}

/// PA-1: an application without the layer sets nothing and depends on nothing.
#[tokio::test]
async fn without_sessions() {
    let server = serve(routes()).await;
    let reply = Request::get("/plain").cookie("session=x").send(server).await;
    assert_eq!((reply.status, reply.set_cookies().len(), reply.value("vary")), (200, 0, None));
}

/// PA-3, PA-5, PA-6, PA-7, PA-27, PA-28, PA-29: the cookie in production and while developing.
#[tokio::test]
async fn the_cookie() {
    for kind in Kind::ALL {
        let place = Place::new(kind);
        let production = place.sessions().build().unwrap();
        let development = Sessions::<Account>::development(MemoryStore::new()).unwrap();
        let scripts = place.sessions::<Account>().http_only(false).build().unwrap();
        for (sessions, expected) in [
            (production, "HttpOnly Path=/ SameSite=Lax Secure"),
            (development, "HttpOnly Path=/ SameSite=Lax"),
            (scripts, "Path=/ SameSite=Lax Secure"),
        ] {
            let reply = Request::get("/").send(serve(app(sessions)).await).await;
            let line = reply.set_cookie().unwrap();
            assert!(line.starts_with("session="), "{line}");
            assert_eq!(attributes(line).join(" "), expected, "{kind:?}");
        }
    }
}

/// PA-13–PA-18, PA-20, PA-35: everything that the document says of the dictionary.
#[tokio::test]
async fn a_dictionary() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        let outcome = |before: &str| {
            json!([before, [true, false], [true, false], "value2", "default", ["_created_at", "key"]])
                .to_string()
        };
        assert_eq!(browser.post("/dictionary").await.body, outcome("default"));
        assert_eq!(browser.post("/dictionary").await.body, outcome("value"));
    })
    .await;
}

/// PA-21: a change within a list within a map is kept, in every store.
#[tokio::test]
async fn nested_changes() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        for count in 1..=3 {
            assert_eq!(browser.post("/nested").await.body, count.to_string());
        }
    })
    .await;
}

/// PA-22: the cookie comes with the first write; a thousand visitors who write nothing leave nothing.
#[tokio::test]
async fn the_first_request() {
    on_every_store(app, async |world| {
        for _ in 0..200 {
            for target in ["/plain", "/profile", "/missing"] {
                assert_eq!(Request::get(target).send(world.server).await.set_cookies(), Vec::<&str>::new());
            }
        }
        assert!(!String::from_utf8_lossy(&world.place.at_rest()).contains("created"));
        let mut browser = world.browser();
        assert_eq!(browser.get("/").await.set_cookies().len(), 1);
    })
    .await;
}

/// PA-11: who lists the folder or the keys learns no cookie, and files are for their owner alone.
#[tokio::test]
async fn what_lies_on_the_server() {
    use std::os::unix::fs::PermissionsExt as _;
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        log_in(&mut browser, "password").await;
        let cookie = browser.cookie().unwrap();
        let id = cookie.strip_prefix("session=").unwrap();
        let kept = world.place.at_rest();
        assert!(!kept.windows(id.len()).any(|part| part == id.as_bytes()));
        for entry in std::fs::read_dir(&world.place.folder).unwrap().map(Result::unwrap) {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
        }
    })
    .await;
}

/// PA-30: with encryption at rest, nothing of the session is in the store.
#[tokio::test]
async fn encryption_at_rest() {
    let place = Place::new(Kind::Files);
    let keys = KeyRing::new(SecretKey::from_bytes(key_bytes(3)).unwrap());
    let store = EncryptedStore::new(FileStore::open(&place.folder).unwrap(), &keys);
    let mut browser = Browser::new(serve(app(Sessions::new(store).unwrap())).await);
    log_in(&mut browser, "password").await;
    assert_eq!(browser.get("/profile").await.body, "{\"user_id\":1,\"username\":\"admin\"}");
    let kept = String::from_utf8_lossy(&place.at_rest()).into_owned();
    assert!(kept.contains("created") && !kept.contains("admin") && !kept.contains("username"), "{kept}");
}

/// PA-4, PA-31: an hour without a visit ends it, and eight hours do whatever the visits.
#[tokio::test]
async fn the_lifetime() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        log_in(&mut browser, "password").await;
        let cookie = browser.cookie().unwrap();
        world.clock.advance(60 * MINUTE);
        assert_eq!(Request::get("/profile").cookie(&cookie).send(world.server).await.status, 303);
        let mut browser = world.browser();
        log_in(&mut browser, "password").await;
        for _ in 0..15 {
            world.clock.advance(30 * MINUTE);
            assert_eq!(browser.get("/profile").await.status, 200);
            browser.get("/").await;
        }
        let cookie = browser.cookie().unwrap();
        world.clock.advance(30 * MINUTE);
        assert_eq!(Request::get("/profile").cookie(cookie).send(world.server).await.status, 303);
    })
    .await;
}

/// PA-10, PA-34, EM-25: what has expired is removed although nobody asks for it.
#[tokio::test]
async fn sweeping() {
    let place = Place::new(Kind::Files);
    let clock = std::sync::Arc::new(session_runtime::clock::ManualClock::at(
        session_runtime::clock::Timestamp::from_millis(1_795_225_026_123),
    ));
    let memory = MemoryStore::new();
    for sessions in [
        place.sessions().clock(std::sync::Arc::clone(&clock)).build().unwrap(),
        Sessions::builder(memory.clone()).clock(std::sync::Arc::clone(&clock)).build().unwrap(),
    ] {
        let server = serve(app(sessions.clone())).await;
        for _ in 0..5 {
            Request::get("/").send(server).await;
        }
        assert_eq!(sessions.sweep().await.unwrap(), 0);
        clock.advance(9 * 60 * MINUTE);
        let mut alive = Browser::new(server);
        alive.get("/").await;
        // the memory store has swept a part of them by itself
        assert!(sessions.sweep().await.unwrap() <= 5);
        assert_eq!(alive.get("/").await.set_cookies().len(), 0, "what is alive stays");
    }
    assert_eq!(memory.len(), 1);
    assert_eq!(place.records().len(), 1);
}

/// PA-37, PA-0: the application's cookie and the session's are two lines; with a failure, the application's alone.
#[tokio::test]
async fn a_cookie_of_the_application() {
    on_every_store(app, async |world| {
        let reply = world.browser().post("/own-cookie").await;
        let names: Vec<_> = reply.set_cookies().iter().filter_map(|line| line.split('=').next()).collect();
        assert_eq!(names, ["other", "session"]);
        let reply = world.browser().send(Request::post("/own-cookie").body("fail")).await;
        assert_eq!((reply.status, reply.set_cookies()), (500, vec!["other=1; Path=/"]));
    })
    .await;
}
