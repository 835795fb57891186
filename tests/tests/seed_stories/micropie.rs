//! `MicroPie`: a counter in a dictionary that is written back by itself.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::Request;

use crate::world::{Kind, MINUTE, attributes, on_every_store};

#[session(cookie = "session_id", idle = "8h", absolute = "24h")]
struct Client {
    visits: u32,
    seen: Vec<String>,
    #[session(privileged)]
    user: Option<String>,
}

#[with_session]
async fn index(session: &mut Client) -> String {
    session.visits += 1;
    format!("You have visited {} times.", session.visits)
}

#[with_session]
async fn replace(session: &mut Client) -> String {
    *session = Client { visits: session.visits + 1, seen: session.seen.clone(), user: session.user.clone() };
    format!("You have visited {} times.", session.visits)
}

#[with_session]
async fn read(session: &Client) -> String {
    format!("{} {:?} {:?}", session.visits, session.seen, session.user)
}

/// A change within a value.
#[with_session]
async fn push(session: &mut Client) {
    session.seen.push("page".into());
}

#[with_session]
async fn boom(session: &mut Client) -> StatusCode {
    session.visits = 999;
    session.seen.push("boom".into());
    StatusCode::INTERNAL_SERVER_ERROR
}

#[with_session]
async fn large(session: &mut Client, body: Bytes) {
    session.seen.push(String::from_utf8_lossy(&body).into_owned());
}

#[with_session]
async fn login(session: &mut Client) {
    session.user = Some("ann".into());
}

#[with_session]
async fn clear(session: &Client, handle: Session<Client>) {
    assert!(session.visits < 1000);
    handle.destroy();
}

fn app(sessions: Sessions<Client>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/replace", get(replace))
        .route("/read", get(read))
        .route("/plain", get(|| async { "plain" }))
        .route("/push", post(push))
        .route("/boom", post(boom))
        .route("/large", post(large))
        .route("/login", post(login))
        .route("/clear", post(clear))
        .layer(sessions)
}

/// MP-1, MP-3, MP-6, MP-7, MP-13, MP-19: each client counts for itself; the cookie is set once, with all that it should have.
#[tokio::test]
async fn the_counter() {
    on_every_store(app, async |world| {
        let mut browsers = [world.browser(), world.browser()];
        for visit in 1..=3 {
            for browser in &mut browsers {
                let reply = browser.get("/").await;
                assert_eq!(reply.body, format!("You have visited {visit} times."));
                match reply.set_cookie() {
                    Some(line) if visit == 1 || world.kind().is_cookie() => {
                        assert!(line.starts_with("session_id="), "{line}");
                        assert_eq!(attributes(line), ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
                    }
                    other => assert!(visit > 1 && other.is_none(), "{other:?}"),
                }
            }
        }
        assert_eq!(browsers[0].get("/replace").await.body, "You have visited 4 times.");
        assert_eq!(browsers[1].get("/").await.body, "You have visited 4 times.");
        let head = browsers[0].send(Request::new("HEAD", "/")).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(browsers[0].get("/").await.body, "You have visited 6 times.", "HEAD runs the handler");
    })
    .await;
}

/// MP-5, MP-8: a nested change is written, and looking writes and sets nothing.
#[tokio::test]
async fn what_is_written() {
    on_every_store(app, async |world| {
        let mut visitor = world.browser();
        for target in ["/plain", "/read"] {
            assert_eq!(visitor.get(target).await.set_cookies(), Vec::<&str>::new(), "{target}");
        }
        if !world.kind().is_cookie() && world.kind() != Kind::Memory {
            let kept = String::from_utf8_lossy(&world.place.at_rest()).into_owned();
            assert!(!kept.contains("visits") && !kept.contains("created"), "{kept}");
        }
        visitor.post("/push").await;
        visitor.post("/push").await;
        assert_eq!(visitor.get("/read").await.body, "0 [\"page\", \"page\"] None");
        assert_eq!(visitor.get("/read").await.set_cookies(), Vec::<&str>::new());
    })
    .await;
}

/// MP-9, MD-27, PA-10, PA-11: what a restart leaves; the memory store forgets and does not adopt the old id.
#[tokio::test]
async fn a_restart() {
    on_every_store(app, async |mut world| {
        let mut browser = world.browser();
        browser.get("/").await;
        browser.get("/").await;
        let cookie = browser.cookie().unwrap();
        world.restart().await;
        let mut browser = world.browser_with(&cookie);
        let reply = browser.get("/").await;
        if world.kind() == Kind::Memory {
            assert_eq!(reply.body, "You have visited 1 times.");
            assert_ne!(browser.cookie().unwrap(), cookie);
        } else {
            assert_eq!(reply.body, "You have visited 3 times.");
        }
    })
    .await;
}

/// MP-15, MP-14: use keeps it alive for eight hours each time, reading too; at eight hours of silence it is over.
#[tokio::test]
async fn the_timeout() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/").await;
        for _ in 0..3 {
            world.clock.advance(7 * 60 * MINUTE);
            assert_eq!(browser.get("/read").await.body, "1 [] None");
        }
        let mut browser = world.browser();
        browser.get("/").await;
        let cookie = browser.cookie().unwrap();
        world.clock.advance(8 * 60 * MINUTE);
        assert_eq!(world.seen_with("/read", &cookie).await, "0 [] None");
    })
    .await;
}

/// MP-11, MP-16: whatever a client makes up, it gets an empty session and an id of ours.
#[tokio::test]
async fn made_up_cookies() {
    let long = "a".repeat(5000);
    on_every_store(app, async |world| {
        for value in [
            "../../etc/passwd",
            "00000000-0000-4000-8000-000000000000",
            "\"b9b3687e-80c5-44fb-b669-17c83252bde2\"",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "'; DROP TABLE sessions; --",
            "%00",
            "",
            &long,
        ] {
            let mut browser = world.browser_with(&format!("session_id={value}"));
            let reply = browser.get("/").await;
            assert_eq!((reply.status, reply.body.as_str()), (200, "You have visited 1 times."), "{value}");
            assert_ne!(reply.pair().unwrap(), format!("session_id={value}"));
            assert_eq!(world.seen_with("/read", &format!("session_id={value}")).await, "0 [] None");
        }
    })
    .await;
}

/// MP-21, EM-20, WP-11, PA-19: clearing takes the record and the cookie, a copy is dead, and the next session is another.
#[tokio::test]
async fn clearing() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/").await;
        let copy = browser.cookie().unwrap();
        let reply = browser.post("/clear").await;
        assert!(reply.removes_cookie());
        let line = reply.set_cookie().unwrap();
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes(line).contains(&attribute), "{line}");
        }
        assert_eq!(world.seen_with("/read", &copy).await, "0 [] None");
        assert_eq!(browser.get("/").await.body, "You have visited 1 times.");
        assert_ne!(browser.cookie().unwrap(), copy);
    })
    .await;
}

/// MP-22, EM-27, PA-37: what a failing handler did is nowhere, also not for a visitor who had no session.
#[tokio::test]
async fn a_failing_handler() {
    on_every_store(app, async |world| {
        let reply = world.browser().post("/boom").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (500, 0));
        let mut browser = world.browser();
        browser.get("/").await;
        let reply = browser.post("/boom").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (500, 0));
        assert_eq!(browser.get("/read").await.body, "1 [] None");
    })
    .await;
}

/// MP-24, EM-22: the id from before the login is dead, and the data is there.
#[tokio::test]
async fn a_login() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/").await;
        let before = browser.cookie().unwrap();
        browser.post("/login").await;
        assert_ne!(browser.cookie().unwrap(), before);
        assert_eq!(browser.get("/read").await.body, "1 [] Some(\"ann\")");
        assert_eq!(world.seen_with("/read", &before).await, "0 [] None");
    })
    .await;
}

/// MP-28, MD-28: rubbish of the same name, before or after, and bytes that are no text.
#[tokio::test]
async fn rubbish_beside_the_cookie() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/").await;
        let good = browser.cookie().unwrap();
        for header in [
            format!("session_id=rubbish; {good}").into_bytes(),
            format!("{good}; session_id=rubbish").into_bytes(),
            format!("session_id=; {good}; {good}").into_bytes(),
            [b"x=\xe9\xff; ".as_slice(), good.as_bytes()].concat(),
            format!("x={}; {good}", "y".repeat(5000)).into_bytes(),
        ] {
            let reply = Request::get("/read").cookie(&header).send(world.server).await;
            assert_eq!((reply.status, reply.body.as_str()), (200, "1 [] None"), "{}", header.escape_ascii());
        }
    })
    .await;
}

/// MP-29, MD-21, EM-29, PA-33: more than fits is an error, and what was there before is there.
#[tokio::test]
async fn too_much() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        browser.get("/").await;
        let before = browser.cookie();
        let reply = browser.send(Request::post("/large").body("x".repeat(70_000))).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (500, 0));
        assert_eq!(browser.cookie(), before);
        assert_eq!(browser.get("/read").await.body, "1 [] None");
    })
    .await;
}
