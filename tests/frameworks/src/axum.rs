//! axum.

use std::net::SocketAddr;

use ::axum::Router;
use ::axum::body::Body;
use ::axum::extract::{ConnectInfo, FromRequestParts, Request};
use ::axum::http::request::Parts;
use ::axum::http::{HeaderValue, StatusCode, Uri};
use ::axum::middleware::{map_request, map_response};
use ::axum::response::Response;
use ::axum::routing::get;
use futures_util::stream::unfold;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Peer, Refused, Session, WithoutCsrf};
use tokio::net::TcpListener;

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let app = Router::new()
        .route("/plain", get(async |target: Uri| answer(suite::plain(&target.to_string()))))
        .route("/handle", get(handle))
        .route("/both", get(both))
        .route("/attempt", get(async |session: Attempt<Probe>| answer(suite::attempt(session))))
        .route("/guarded", get(async |session: Admitted| answer(suite::guarded(session))))
        .route("/fresh", get(async |session: Fresh| answer(suite::fresh(session))))
        .route("/rejecting", get(async |_: Session<Probe>, _: Teapot| ()))
        .route("/stream", get(stream))
        .route("/admin", get(admin).post(admin))
        .route("/form", get(form).post(form))
        .route("/exempt", get(exempt).post(exempt))
        .route("/vault", get(vault))
        .layer(layers.again)
        .layer(layers.probe)
        .layer(layers.admin)
        .layer(layers.vault)
        .layer(map_request(with_peer))
        .layer(map_response(explain))
        .route("/bare", get(handle));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { ::axum::serve(listener, app).await });
    Subject::new(address)
}

async fn handle(session: Session<Probe>, target: Uri) -> Response {
    answer(suite::handle(session, &target.to_string()).await)
}

async fn both(probe: Session<Probe>, admin: Session<Admin>, target: Uri) -> Response {
    answer(suite::both(probe, admin, &target.to_string()).await)
}

async fn admin(session: Session<Admin>, target: Uri) -> Response {
    answer(suite::admin(session, &target.to_string()))
}

async fn form(session: Posted, target: Uri) -> Response {
    answer(suite::form(session, &target.to_string()))
}

async fn exempt(session: WithoutCsrf<Admin>, target: Uri) -> Response {
    answer(suite::exempt(session, &target.to_string()))
}

async fn vault(session: Session<Vault>, target: Uri) -> Response {
    answer(suite::vault(session, &target.to_string()))
}

async fn stream(session: Session<Probe>) -> Body {
    Body::from_stream(unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), pieces))
    }))
}

/// What an extractor of the application makes of every request.
struct Teapot;

impl<S: Sync> FromRequestParts<S> for Teapot {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Err(StatusCode::IM_A_TEAPOT)
    }
}

fn answer(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap()
}

/// axum's connection is known to its server alone.
async fn with_peer(ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
    request.extensions_mut().insert(Peer::from(address));
    request
}

async fn explain(mut response: Response) -> Response {
    if let Some(refused) = response.extensions().get::<Refused>() {
        let status = HeaderValue::from(refused.status());
        response.headers_mut().insert("x-refused", status);
    }
    response
}
