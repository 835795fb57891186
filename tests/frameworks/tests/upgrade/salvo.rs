//! Salvo: hyper's `OnUpgrade` is among the request's extensions.

use ::hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use salvo_core::prelude::*;
use session_runtime::{Session, with_session};

use crate::{Shop, converse, count, sessions, story};

#[handler]
async fn switch(session: Session<Shop>, request: &mut Request, response: &mut Response) {
    let upgraded = request.extensions_mut().remove::<OnUpgrade>().unwrap();
    count(&session, b'c').await;
    tokio::spawn(async move { converse(session, TokioIo::new(upgraded.await.unwrap())).await });
    response.status_code(StatusCode::SWITCHING_PROTOCOLS);
    for (name, value) in [("connection", "upgrade"), ("upgrade", "websocket")] {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
}

#[with_session]
#[handler]
fn seen(session: &Shop) -> String {
    session.visits.to_string()
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let routes = Router::new()
        .hoop(sessions())
        .push(Router::with_path("upgrade").get(switch))
        .push(Router::with_path("seen").get(seen));
    let acceptor = TcpListener::new("127.0.0.1:0").bind().await;
    let address = acceptor.inner().local_addr().unwrap();
    tokio::spawn(Server::new(acceptor).serve(routes));
    story(address).await;
}
