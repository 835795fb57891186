//! A session that is good for one client only (S66): what the library gives is a privileged field, and the handle in a
//! middleware. What a client is known by, and what happens to another one, is the application's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use session_tests::{Browser, Reply, Request, serve};

#[session]
struct Account {
    #[session(owner)]
    user: Option<String>,
    /// What the client was known by at the login.
    #[session(privileged)]
    client: Option<Vec<u8>>,
    pages: u32,
}

/// What happens to a session that another client presents.
#[derive(Clone, Copy, Debug)]
enum Action {
    /// The request is refused, and the session goes on.
    Refuse,
    /// The session ends for everybody.
    End,
}

fn client(headers: &HeaderMap) -> Vec<u8> {
    headers.get(USER_AGENT).map(|value| value.as_bytes().to_vec()).unwrap_or_default()
}

async fn bound(
    State(action): State<Action>,
    handle: Session<Account>,
    request: HttpRequest,
    next: Next,
) -> Response {
    let is_another = handle.get().client.as_ref().is_some_and(|known| *known != client(request.headers()));
    match (is_another, action) {
        (false, _) => next.run(request).await,
        (true, Action::Refuse) => StatusCode::FORBIDDEN.into_response(),
        (true, Action::End) => {
            handle.destroy();
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}

#[with_session]
async fn login(session: &mut Account, headers: HeaderMap) {
    session.user = Some("ann".into());
    session.client = Some(client(&headers));
}

#[with_session]
async fn page(session: &mut Account) -> String {
    session.pages += 1;
    format!("{:?} {}", session.user, session.pages)
}

async fn world(action: Action) -> SocketAddr {
    let app = Router::new()
        .route("/login", post(login))
        .route("/", get(page))
        .layer(from_fn_with_state(action, bound))
        .layer(Sessions::<Account>::new(MemoryStore::new()).unwrap());
    serve(app).await
}

async fn as_client(browser: &mut Browser, target: Request, agent: &[u8]) -> Reply {
    browser.send(target.line([b"user-agent: ".as_slice(), agent].concat())).await
}

#[tokio::test]
async fn s66_another_client_is_refused_or_ends_the_session_as_configured() {
    for (action, status, lives) in [(Action::Refuse, 403, true), (Action::End, 401, false)] {
        for thief in [b"Other/1".as_slice(), b"", b"\xff\xfe", &b"x".repeat(3000)] {
            let server = world(action).await;
            let mut ann = Browser::new(server);
            as_client(&mut ann, Request::post("/login"), b"Ours/1").await;
            assert_eq!(as_client(&mut ann, Request::get("/"), b"Ours/1").await.body, "Some(\"ann\") 1");
            let mut copy = ann.clone();
            let reply = as_client(&mut copy, Request::get("/"), thief).await;
            assert_eq!(
                (reply.status, reply.body.as_str()),
                (status, ""),
                "{action:?} {}",
                thief.escape_ascii()
            );
            let after = as_client(&mut ann, Request::get("/"), b"Ours/1").await;
            let seen = if lives { "Some(\"ann\") 2" } else { "None 1" };
            // an id that has ended writes nothing for a while, so the answer may be a conflict
            let expected = if lives { (200, seen) } else { (409, "") };
            assert_eq!((after.status, after.body.as_str()), expected, "{action:?}");
        }
    }
}

#[tokio::test]
async fn s66_who_has_no_session_is_bound_to_nothing() {
    let server = world(Action::End).await;
    let mut visitor = Browser::new(server);
    for agent in [b"One/1".as_slice(), b"Two/2"] {
        assert_eq!(as_client(&mut visitor, Request::get("/"), agent).await.status, 200);
    }
}
