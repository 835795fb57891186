//! Emmett: one counter, and managers for cookies, files and Redis that it knows nothing of.

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use session_tests::redis::shared;
use session_tests::{Request, serve};

use crate::world::{Kind, MINUTE, attributes, on_every_store};

#[session(idle = "1h", absolute = "12h", remember = "30d")]
struct Visits {
    counter: u32,
    note: String,
}

#[with_session]
async fn count(session: &mut Visits) -> String {
    session.counter += 1;
    format!("This is your {} visit", session.counter)
}

#[with_session]
async fn show(session: &Visits) -> String {
    format!("{} {}", session.counter, session.note)
}

#[with_session]
async fn note(session: &mut Visits, body: String) {
    session.note = body;
}

/// "Remember me", for this session alone.
#[with_session]
async fn remember(session: &mut Visits, handle: Session<Visits>) {
    session.note = "remembered".into();
    handle.remember();
}

fn routes() -> Router {
    Router::new()
        .route("/counter", get(count))
        .route("/show", get(show))
        .route("/note", post(note))
        .route("/remember", post(remember))
        .route("/plain", get(|| async { "plain" }))
}

fn app(sessions: Sessions<Visits>) -> Router {
    routes().layer(sessions)
}

/// EM-1, EM-3, EM-6, EM-11: the counter is the same on every store, and the cookie is for https and not for scripts.
#[tokio::test]
async fn the_counter() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        let reply = browser.get("/counter").await;
        assert_eq!(reply.body, "This is your 1 visit");
        let line = reply.set_cookie().unwrap();
        assert_eq!(attributes(line), ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
        for visit in 2..=3 {
            assert_eq!(browser.get("/counter").await.body, format!("This is your {visit} visit"));
        }
    })
    .await;
}

/// EM-2, WP-2: without its layer, a session is an error that says so, and other pages are served.
#[tokio::test]
async fn a_missing_layer() {
    let server = serve(routes()).await;
    assert_eq!(Request::get("/plain").send(server).await.status, 200);
    assert_eq!(Request::get("/counter").send(server).await.status, 500);
}

/// EM-4, WP-3, MP-17: nothing of a session is in an encrypted cookie or in an id, and one session is never sealed alike.
#[tokio::test]
async fn what_the_cookie_shows() {
    on_every_store(app, async |world| {
        let mut cookies = Vec::new();
        for _ in 0..2 {
            let mut browser = world.browser();
            browser.send(Request::post("/note").body("a note nobody reads")).await;
            assert_eq!(browser.get("/show").await.body, "0 a note nobody reads");
            cookies.push(browser.cookie().unwrap());
        }
        assert_ne!(cookies[0], cookies[1]);
        if world.kind() != Kind::Signed {
            let text = cookies[0].strip_prefix("__Host-id=").unwrap();
            let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"nobody"), "{text}");
            assert!(!text.contains("nobody"), "{text}");
        }
    })
    .await;
}

/// EM-5, WP-7: at the end of the hour the session is over, whatever the browser still sends; reading moves the end, in every
/// store alike.
#[tokio::test]
async fn expiry() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/counter").await;
        let cookie = browser.cookie().unwrap();
        world.clock.advance(60 * MINUTE);
        assert_eq!(world.seen_with("/show", &cookie).await, "0 ");
        let mut browser = world.browser();
        browser.get("/counter").await;
        world.clock.advance(50 * MINUTE);
        assert_eq!(browser.get("/show").await.body, "1 ");
        world.clock.advance(50 * MINUTE);
        assert_eq!(browser.get("/counter").await.body, "This is your 2 visit");
        let cookie = browser.cookie().unwrap();
        world.clock.advance(59 * MINUTE);
        assert_eq!(world.seen_with("/show", &cookie).await, "2 ");
    })
    .await;
}

/// EM-9, MP-14, PA-4: what makes no sense is refused when the application is built.
#[test]
fn options_that_make_no_sense() {
    let builder = || Sessions::<Visits>::builder(MemoryStore::new());
    for name in ["", "a b", "a;b", "a=b", "ä", "a\r\nSet-Cookie: x"] {
        assert!(builder().cookie_name(name).build().is_err(), "{name:?}");
    }
    for time in [std::time::Duration::ZERO, 401 * 24 * 60 * MINUTE] {
        assert!(builder().idle(time).build().is_err(), "{time:?}");
        assert!(builder().absolute(time).build().is_err(), "{time:?}");
    }
    assert!(builder().idle(10 * MINUTE).absolute(5 * MINUTE).build().is_err());
}

/// EM-15, EM-16, EM-17, WP-9, WP-10: the prefix of keys is the one that was chosen; every key has an end, which use moves.
#[tokio::test]
async fn keys_in_redis() {
    on_every_store(app, async |world| {
        if world.kind() != Kind::Redis {
            return;
        }
        let mut browser = world.browser();
        browser.get("/counter").await;
        let keys = world.place.keys_in_redis();
        assert_eq!(keys.len(), 1, "{keys:?}");
        let left = || shared().ask::<i64>(&["TTL", &keys[0]]);
        assert!(left() >= 3600, "{} seconds", left());
        // by reading, once there is activity to record; and by writing
        for target in ["/show", "/counter"] {
            shared().ask::<i64>(&["EXPIRE", &keys[0], "50"]);
            world.clock.advance(7 * MINUTE);
            browser.get(target).await;
            assert!(left() >= 3600, "{target}: {} seconds", left());
        }
    })
    .await;
}

/// EM-21: one session is remembered for thirty days, others are not, and the cookie says so.
#[tokio::test]
async fn remember_me() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        let reply = browser.post("/remember").await;
        assert!(
            attributes(reply.set_cookie().unwrap()).contains(&"Max-Age=2592000"),
            "{:?}",
            reply.set_cookie()
        );
        let mut other = world.browser();
        other.get("/counter").await;
        let other = other.cookie().unwrap();
        world.clock.advance(29 * 24 * 60 * MINUTE);
        assert_eq!(browser.get("/show").await.body, "0 remembered");
        assert_eq!(world.seen_with("/show", &other).await, "0 ");
    })
    .await;
}

/// EM-23, EM-24: a record that somebody spoiled is no session and no error, and gives way to a new one; an id that leads
/// elsewhere leads nowhere.
#[tokio::test]
async fn spoiled_records() {
    on_every_store(app, async |world| {
        for garbage in ["", "\u{80}\u{4}garbage", "[1]", "{}", "null"] {
            let mut browser = world.browser();
            browser.get("/counter").await;
            match world.kind() {
                Kind::Files => {
                    for record in world.place.records() {
                        std::fs::write(record, garbage).unwrap();
                    }
                }
                Kind::Redis => {
                    for key in world.place.keys_in_redis() {
                        shared().ask::<String>(&["SET", &key, garbage]);
                    }
                }
                _ => return,
            }
            let reply = browser.get("/show").await;
            assert_eq!((reply.status, reply.body.as_str()), (200, "0 "), "{garbage}");
            assert_eq!(browser.get("/counter").await.body, "This is your 1 visit", "{garbage}");
            assert_eq!(browser.get("/counter").await.body, "This is your 2 visit", "{garbage}");
        }
        let outside = world.place.folder.with_extension("outside");
        std::fs::write(&outside, "evil").unwrap();
        let name = outside.file_name().unwrap().to_str().unwrap();
        for id in [format!("../{name}"), format!("x/../../{name}"), outside.display().to_string()] {
            assert_eq!(world.seen_with("/show", &format!("__Host-id={id}")).await, "0 ");
            Request::get("/counter").cookie(format!("__Host-id={id}")).send(world.server).await;
        }
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "evil");
        std::fs::remove_file(outside).unwrap();
    })
    .await;
}

/// EM-30, MP-23: six requests at once that write fields of their own all count, where the store is on the server.
#[tokio::test]
async fn at_once() {
    on_every_store(app, async |world| {
        if world.kind().is_cookie() {
            return; // two answers to one browser overwrite each other
        }
        let mut browser = world.browser();
        browser.get("/counter").await;
        let (count, note) = (Request::get("/counter"), Request::post("/note").body("kept"));
        let (count, note) = (browser.prepare(count), browser.prepare(note));
        for _ in 0..6 {
            let (counted, noted) = tokio::join!(count.send(world.server), note.send(world.server));
            assert_eq!((counted.status, noted.status), (200, 200));
        }
        assert_eq!(browser.get("/show").await.body, "7 kept");
    })
    .await;
}
