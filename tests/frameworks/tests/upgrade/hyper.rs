//! Bare hyper: `hyper::upgrade`, behind the layer of tower.

use std::convert::Infallible;

use ::hyper::body::Incoming;
use ::hyper::{Request, Response, StatusCode};
use framework_tests::hyper::listen;
use hyper_util::rt::TokioIo;
use session_runtime::{Session, adapter};
use tower::{Layer as _, service_fn};

use crate::{Shop, converse, count, seen, sessions, story};

async fn route(mut request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let extracting = adapter::from_http(request.method(), request.headers(), request.extensions());
    let session: Session<Shop> = extracting.await.unwrap();
    if request.uri().path() == "/seen" {
        return Ok(Response::new(seen(session).await));
    }
    count(&session, b'c').await;
    tokio::spawn(async move {
        converse(session, TokioIo::new(::hyper::upgrade::on(&mut request).await.unwrap())).await;
    });
    let response = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    let response = response.header("connection", "upgrade").header("upgrade", "websocket");
    Ok(response.body(String::new()).unwrap())
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    story(listen(sessions().layer(service_fn(route))).await).await;
}
