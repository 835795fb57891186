//! A connection that outlives its request: the handshake has a session, and what comes over the socket later changes it.
//!
//! The test is the task behind the socket. What is said over it is not HTTP's business, so nothing is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, UPGRADE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use session_tests::{Browser, Request, patiently, serve};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

#[session]
struct Chat {
    #[session(owner)]
    user: Option<String>,
    #[session(merge = add)]
    sockets: u32,
    #[session(merge = append)]
    said: Vec<String>,
}

/// Hands the session over to what goes on with the connection.
async fn open(handle: Session<Chat>, State(opened): State<UnboundedSender<Session<Chat>>>) -> Response {
    handle.update(|chat| chat.sockets += 1);
    opened.send(handle).unwrap();
    (StatusCode::SWITCHING_PROTOCOLS, [(CONNECTION, "upgrade"), (UPGRADE, "websocket")]).into_response()
}

#[with_session]
async fn show(session: &Chat) -> String {
    format!("{:?} {} {:?}", session.user, session.sockets, session.said)
}

#[with_session]
async fn say(session: &mut Chat, body: String) {
    session.said.push(body);
}

#[with_session]
async fn login(session: &mut Chat) {
    session.user = Some("ann".into());
}

#[with_session]
async fn logout(session: &mut Chat) {
    *session = Chat::default();
}

struct World {
    sessions: Sessions<Chat>,
    server: SocketAddr,
    opened: UnboundedReceiver<Session<Chat>>,
}

impl World {
    async fn new() -> Self {
        let (sender, opened) = unbounded_channel();
        let sessions = Sessions::<Chat>::new(MemoryStore::new()).unwrap();
        let app = Router::new()
            .route("/socket", get(open))
            .route("/", get(show))
            .route("/say", post(say))
            .route("/login", post(login))
            .route("/logout", post(logout))
            .with_state(sender)
            .layer(sessions.clone());
        Self { sessions, server: serve(app).await, opened }
    }

    /// What the handshake left in the hands of the socket's task.
    async fn open(&mut self, browser: &mut Browser) -> Session<Chat> {
        let request = Request::get("/socket").line("upgrade: websocket").line("sec-websocket-version: 13");
        let reply = browser.send(request).await;
        assert_eq!((reply.status, reply.value("upgrade")), (101, Some("websocket")));
        patiently("the handshake", self.opened.recv()).await.unwrap()
    }
}

/// MP-25, EM-28: the cookie comes with the 101, and both sides see what the other writes.
#[tokio::test]
async fn a_socket_and_http_share_a_session() {
    let mut world = World::new().await;
    let mut browser = Browser::new(world.server);
    let socket = world.open(&mut browser).await;
    assert!(browser.cookie().unwrap().starts_with("__Host-id="), "the handshake began a session");
    assert_eq!(browser.get("/").await.body, "None 1 []");

    socket.update(|chat| chat.said.push("over the socket".into()));
    socket.save().await.unwrap();
    browser.send(Request::post("/say").body("over http")).await;
    socket.update(|chat| chat.said.push("again".into()));
    socket.save().await.unwrap();
    assert_eq!(browser.get("/").await.body, "None 1 [\"over the socket\", \"over http\", \"again\"]");

    // a second one is of the same session, and gets no other cookie
    let cookie = browser.cookie();
    let second = world.open(&mut browser).await;
    assert_eq!(browser.cookie(), cookie);
    assert_eq!(second.get().sockets, 2);
}

/// S29, S30: when the session has ended, what comes over the socket is refused, and a socket that only listens can ask.
#[tokio::test]
async fn a_socket_learns_that_its_session_has_ended() {
    for end in ["/logout", "/login"] {
        let mut world = World::new().await;
        let mut browser = Browser::new(world.server);
        if end == "/logout" {
            browser.post("/login").await;
        } else {
            browser.send(Request::post("/say").body("hello")).await;
        }
        let socket = world.open(&mut browser).await;
        let token = socket.token().unwrap();
        world.sessions.edit(&token, |_| ()).await.unwrap();
        let copy = browser.cookie().unwrap();

        browser.post(end).await; // a login, too, is the end of the id that the socket was opened with

        assert!(world.sessions.edit(&token, |_| ()).await.unwrap_err().is_gone(), "{end}: it can ask");
        socket.update(|chat| chat.said.push("too late".into()));
        assert!(socket.save().await.unwrap_err().is_gone(), "{end}: it is told");
        assert!(!browser.get("/").await.body.contains("too late"), "{end}");
        let late = Request::get("/").cookie(&copy).send(world.server).await;
        assert_eq!(late.body, "None 0 []", "{end}: nothing came back");
    }
}

/// S29, S14: a socket can end its session, too.
#[tokio::test]
async fn a_socket_can_log_out() {
    let mut world = World::new().await;
    let mut browser = Browser::new(world.server);
    browser.post("/login").await;
    let socket = world.open(&mut browser).await;
    socket.destroy();
    socket.save().await.unwrap();
    assert_eq!(browser.get("/").await.body, "None 0 []");
}
