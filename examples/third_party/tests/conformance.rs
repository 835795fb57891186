//! The proof of the adapter.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::convert::Infallible;

use futures_util::stream::unfold;
use session_runtime::adapter::Extracted as Take;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};
use third_party::viz_sessions::{Extracted, Layer};
use tokio::net::TcpListener;
use viz::{
    FromRequest as _, HandlerExt as _, IntoResponse as _, Request, Response, ResponseExt as _, Result,
    Router, StatusCode,
};

suite::tests!(async |layers: Layers| {
    let app = Router::new()
        .get("/plain", plain)
        .get("/handle", handle)
        .get("/both", both)
        .get("/attempt", attempt)
        .get("/guarded", guarded)
        .get("/fresh", fresh)
        .get("/admin", admin)
        .post("/admin", admin)
        .post("/form", form)
        .post("/exempt", exempt)
        .get("/vault", vault)
        .get("/rejecting", rejecting)
        .get("/stream", stream)
        .with_handler(Layer(layers.again))
        .with_handler(Layer(layers.probe))
        .with_handler(Layer(layers.admin))
        .with_handler(Layer(layers.vault))
        .map_handler(|handler| handler.and_then(explain).boxed())
        .get("/bare", handle);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let subject = Subject::new(listener.local_addr().unwrap());
    tokio::spawn(async move { viz::serve(listener, app).await });
    subject
});

async fn take<T: Take + 'static>(request: &mut Request) -> Result<T> {
    let Extracted(taken) = Extracted::extract(request).await.map_err(viz::IntoResponse::into_error)?;
    Ok(taken)
}

async fn plain(request: Request) -> Result<Response> {
    Ok(answer(suite::plain(&request.uri().to_string())))
}

async fn handle(mut request: Request) -> Result<Response> {
    let session: Session<Probe> = take(&mut request).await?;
    Ok(answer(suite::handle(session, &request.uri().to_string()).await))
}

async fn both(mut request: Request) -> Result<Response> {
    let (probe, admin): (_, Session<Admin>) = (take(&mut request).await?, take(&mut request).await?);
    Ok(answer(suite::both(probe, admin, &request.uri().to_string()).await))
}

async fn attempt(mut request: Request) -> Result<Response> {
    let session: Attempt<Probe> = take(&mut request).await?;
    Ok(answer(suite::attempt(session)))
}

async fn guarded(mut request: Request) -> Result<Response> {
    let session: Admitted = take(&mut request).await?;
    Ok(answer(suite::guarded(session)))
}

async fn fresh(mut request: Request) -> Result<Response> {
    let session: Fresh = take(&mut request).await?;
    Ok(answer(suite::fresh(session)))
}

async fn admin(mut request: Request) -> Result<Response> {
    let session: Session<Admin> = take(&mut request).await?;
    Ok(answer(suite::admin(session, &request.uri().to_string())))
}

async fn form(mut request: Request) -> Result<Response> {
    let session: Posted = take(&mut request).await?;
    Ok(answer(suite::form(session, &request.uri().to_string())))
}

async fn exempt(mut request: Request) -> Result<Response> {
    let session: WithoutCsrf<Admin> = take(&mut request).await?;
    Ok(answer(suite::exempt(session, &request.uri().to_string())))
}

async fn vault(mut request: Request) -> Result<Response> {
    let session: Session<Vault> = take(&mut request).await?;
    Ok(answer(suite::vault(session, &request.uri().to_string())))
}

async fn rejecting(mut request: Request) -> Result<Response> {
    let _: Session<Probe> = take(&mut request).await?;
    Ok(StatusCode::IM_A_TEAPOT.into_response())
}

async fn stream(mut request: Request) -> Result<Response> {
    let session: Session<Probe> = take(&mut request).await?;
    Ok(Response::stream(unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, Infallible>(piece), pieces))
    })))
}

fn answer(answer: Answer) -> Response {
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

async fn explain(mut response: Response) -> Result<Response> {
    if let Some(refused) = response.extensions().get::<Refused>() {
        let status = refused.status().into();
        response.headers_mut().insert("x-refused", status);
    }
    Ok(response)
}
