//! Poem: `Request::take_upgrade`.

use ::poem::http::StatusCode;
use ::poem::listener::TcpAcceptor;
use ::poem::{EndpointExt as _, Request, Response, Route, Server, get, handler};
use session_runtime::{Session, with_session};
use tokio::net::TcpListener;

use crate::{Shop, converse, count, sessions, story};

#[handler]
async fn switch(session: Session<Shop>, request: &Request) -> Response {
    let upgraded = request.take_upgrade().unwrap();
    count(&session, b'c').await;
    tokio::spawn(async move { converse(session, upgraded.await.unwrap()).await });
    let response = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    response.header("connection", "upgrade").header("upgrade", "websocket").finish()
}

#[with_session]
#[handler]
fn seen(session: &Shop) -> String {
    session.visits.to_string()
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let app = Route::new().at("/upgrade", get(switch)).at("/seen", get(seen)).with(sessions());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
    story(address).await;
}
