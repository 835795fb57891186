//! Bare hyper, behind the layers of tower: no framework, and no extractors but `adapter::from_http`.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;

use ::axum::body::Body;
use ::hyper::body::{Body as HttpBody, Incoming};
use ::hyper::http::request::Parts;
use ::hyper::server::conn::http1;
use ::hyper::{Request, Response};
use futures_util::stream::unfold;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use session_runtime::adapter::conformance::{
    self as suite, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject,
};
use session_runtime::adapter::{Extracted, Failure as _, Http, Rejection, from_http};
use session_runtime::{Attempt, Peer, Refused, Session, WithoutCsrf};
use tokio::net::TcpListener;
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let app = ServiceBuilder::new()
        .map_response(explain)
        .layer(layers.vault)
        .layer(layers.admin)
        .layer(layers.probe)
        .layer(layers.again)
        .service(service_fn(route));
    let both = service_fn(move |request: Request<Incoming>| {
        let app = app.clone();
        async move {
            let is_bare = request.uri().path() == "/bare";
            if is_bare { route(request).await } else { app.oneshot(request).await }
        }
    });
    Subject::new(listen(both).await)
}

/// Serves a service of tower.
pub async fn listen<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
    B: HttpBody<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, address)) = listener.accept().await {
            let with_peer = move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(Peer::from(address));
                request
            };
            let service = TowerToHyperService::new(service.clone().map_request(with_peer));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection.with_upgrades());
        }
    });
    address
}

async fn route(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (parts, _) = request.into_parts();
    Ok(respond(&parts).await.unwrap_or_else(|rejection| rejection.response::<Http<Body>>()))
}

async fn respond(parts: &Parts) -> Result<Response<Body>, Rejection> {
    let target = &parts.uri.to_string();
    Ok(answer(match parts.uri.path() {
        "/plain" => suite::plain(target),
        "/handle" | "/bare" => suite::handle(take(parts).await?, target).await,
        "/both" => suite::both(take(parts).await?, take(parts).await?, target).await,
        "/attempt" => suite::attempt(take::<Attempt<_>>(parts).await?),
        "/guarded" => suite::guarded(take::<Admitted>(parts).await?),
        "/fresh" => suite::fresh(take::<Fresh>(parts).await?),
        "/admin" => suite::admin(take(parts).await?, target),
        "/form" => suite::form(take::<Posted>(parts).await?, target),
        "/exempt" => suite::exempt(take::<WithoutCsrf<_>>(parts).await?, target),
        "/vault" => suite::vault(take(parts).await?, target),
        "/stream" => return Ok(Response::new(stream(take(parts).await?))),
        "/rejecting" => {
            take::<Session<Probe>>(parts).await?;
            status(418)
        }
        _ => status(404),
    }))
}

fn take<T: Extracted>(parts: &Parts) -> impl Future<Output = Result<T, Rejection>> + Send + use<T> {
    from_http(&parts.method, &parts.headers, &parts.extensions)
}

fn stream(session: Session<Probe>) -> Body {
    Body::from_stream(unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, Infallible>(piece), pieces))
    }))
}

fn status(status: u16) -> Answer {
    Answer { status, headers: Vec::new(), body: String::new() }
}

fn answer(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap()
}

fn explain(mut response: Response<Body>) -> Response<Body> {
    if let Some(refused) = response.extensions().get::<Refused>() {
        let status = refused.status().into();
        response.headers_mut().insert("x-refused", status);
    }
    response
}
