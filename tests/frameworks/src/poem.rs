//! Poem.

use ::poem::http::{StatusCode, Uri};
use ::poem::listener::TcpAcceptor;
use ::poem::{
    Body, Endpoint, EndpointExt as _, Error, FromRequest, Request, RequestBody, Response, Result, Route,
    Server, get, handler, post,
};
use futures_util::stream::unfold;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};
use tokio::net::TcpListener;

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let routes = Route::new()
        .at("/plain", get(plain))
        .at("/handle", get(handle))
        .at("/both", get(both))
        .at("/attempt", get(attempt))
        .at("/guarded", get(guarded))
        .at("/fresh", get(fresh))
        .at("/admin", get(administer).post(administer))
        .at("/form", post(form))
        .at("/exempt", post(exempt))
        .at("/vault", get(vault))
        .at("/rejecting", get(rejecting))
        .at("/stream", get(stream))
        .with(layers.again)
        .with(layers.probe)
        .with(layers.admin)
        .with(layers.vault)
        .around(explain);
    let app = Route::new().at("/bare", get(handle)).nest("/", routes);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
    Subject::new(address).finishes_what_nobody_waits_for()
}

#[handler]
fn plain(target: &Uri) -> Response {
    answer(suite::plain(&target.to_string()))
}

#[handler]
async fn handle(session: Session<Probe>, target: &Uri) -> Response {
    answer(suite::handle(session, &target.to_string()).await)
}

#[handler]
async fn both(probe: Session<Probe>, admin: Session<Admin>, target: &Uri) -> Response {
    answer(suite::both(probe, admin, &target.to_string()).await)
}

#[handler]
fn attempt(session: Attempt<Probe>) -> Response {
    answer(suite::attempt(session))
}

#[handler]
fn guarded(session: Admitted) -> Response {
    answer(suite::guarded(session))
}

#[handler]
fn fresh(session: Fresh) -> Response {
    answer(suite::fresh(session))
}

#[handler]
fn administer(session: Session<Admin>, target: &Uri) -> Response {
    answer(suite::admin(session, &target.to_string()))
}

#[handler]
fn form(session: Posted, target: &Uri) -> Response {
    answer(suite::form(session, &target.to_string()))
}

#[handler]
fn exempt(session: WithoutCsrf<Admin>, target: &Uri) -> Response {
    answer(suite::exempt(session, &target.to_string()))
}

#[handler]
fn vault(session: Session<Vault>, target: &Uri) -> Response {
    answer(suite::vault(session, &target.to_string()))
}

#[handler]
fn rejecting(_session: Session<Probe>, _teapot: Teapot) {}

#[handler]
fn stream(session: Session<Probe>) -> Body {
    Body::from_bytes_stream(unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    }))
}

/// What an extractor of the application makes of every request.
struct Teapot;

impl<'a> FromRequest<'a> for Teapot {
    async fn from_request(_: &'a Request, _: &mut RequestBody) -> Result<Self> {
        Err(Error::from_status(StatusCode::IM_A_TEAPOT))
    }
}

fn answer(answer: Answer) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body)
}

async fn explain<E: Endpoint>(inner: std::sync::Arc<E>, request: Request) -> Result<Response> {
    let mut response = inner.get_response(request).await;
    if let Some(refused) = response.extensions().get::<Refused>() {
        let status = refused.status().into();
        response.headers_mut().insert("x-refused", status);
    }
    Ok(response)
}
