//! The proof of the adapter.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use http::StatusCode;
use session_runtime::adapter::conformance::{
    self as suite, Admitted, Answer, Fresh, Layers, Posted, Subject,
};
use session_runtime::{Attempt, Refused, Session, SessionData, WithoutCsrf};
use tokio::net::TcpListener;
use toy_framework::{App, FromRequest, Middleware, Request, Response, empty};

suite::tests!(async |layers: Layers| {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let subject = Subject::new(listener.local_addr().unwrap());
    let inner = App::new(route)
        .wrap(layers.again)
        .wrap(layers.probe)
        .wrap(layers.admin)
        .wrap(layers.vault)
        .wrap(Explain);
    let app = App::new(move |request| {
        let inner = inner.clone();
        async move {
            let is_bare = request.uri().path() == "/bare";
            if is_bare { route(request).await } else { inner.call(request).await }
        }
    });
    tokio::spawn(app.serve(listener));
    subject.finishes_what_nobody_waits_for().without_streams()
});

async fn route(request: Request) -> Response {
    answer(&request).await.unwrap_or_else(|rejection| rejection)
}

async fn answer(request: &Request) -> Result<Response, Response> {
    let target = &request.uri().to_string();
    let answer = match request.uri().path() {
        "/plain" => suite::plain(target),
        "/handle" | "/bare" => suite::handle(take(request).await?, target).await,
        "/both" => suite::both(take(request).await?, take(request).await?, target).await,
        "/attempt" => suite::attempt(Attempt::from_request(request).await?),
        "/guarded" => suite::guarded(Admitted::from_request(request).await?),
        "/fresh" => suite::fresh(Fresh::from_request(request).await?),
        "/admin" => suite::admin(take(request).await?, target),
        "/form" => suite::form(Posted::from_request(request).await?, target),
        "/exempt" => suite::exempt(WithoutCsrf::from_request(request).await?, target),
        "/vault" => suite::vault(take(request).await?, target),
        "/rejecting" => {
            take::<suite::Probe>(request).await?;
            return Err(empty(StatusCode::IM_A_TEAPOT));
        }
        _ => return Ok(empty(StatusCode::NOT_FOUND)),
    };
    let Answer { status, headers, body } = answer;
    let response =
        headers.into_iter().fold(http::Response::builder().status(status), |response, (name, value)| {
            response.header(name, value)
        });
    Ok(response.body(body).unwrap())
}

async fn take<S: SessionData>(request: &Request) -> Result<Session<S>, Response> {
    Session::from_request(request).await
}

/// Shows that the application finds out why a session could not be saved.
struct Explain;

impl Middleware for Explain {
    async fn run(&self, request: Request, next: &App) -> Response {
        let mut response = next.call(request).await;
        if let Some(refused) = response.extensions().get::<Refused>() {
            let status = refused.status().into();
            response.headers_mut().insert("x-refused", status);
        }
        response
    }
}

#[test]
fn the_chapter_shows_this_adapter() {
    let chapter = include_str!("../../../docs/adapters.md");
    let (_, adapter) = include_str!("../src/sessions.rs").split_once("\n\n").unwrap();
    assert!(chapter.contains(adapter), "docs/adapters.md shows another adapter than src/sessions.rs");
}
