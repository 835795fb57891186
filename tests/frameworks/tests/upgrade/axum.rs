//! axum: `hyper::upgrade`.

use ::axum::extract::Request;
use ::axum::http::StatusCode;
use ::axum::response::IntoResponse;
use ::axum::{Router, routing::get};
use hyper_util::rt::TokioIo;
use session_runtime::Session;
use tokio::net::TcpListener;

use crate::{Shop, converse, count, seen, sessions, story};

async fn upgrade(session: Session<Shop>, mut request: Request) -> impl IntoResponse {
    count(&session, b'c').await;
    tokio::spawn(async move {
        converse(session, TokioIo::new(::hyper::upgrade::on(&mut request).await.unwrap())).await;
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "websocket")])
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let app = Router::new().route("/upgrade", get(upgrade)).route("/seen", get(seen)).layer(sessions());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { ::axum::serve(listener, app).await });
    story(address).await;
}
