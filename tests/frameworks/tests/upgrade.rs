//! A session in a connection that is no longer HTTP, such as a WebSocket: it is read and saved by hand.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use hyper_util::rt::TokioIo;
use session_runtime::adapter::conformance::wire::Request as Sent;
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[session]
struct Shop {
    #[session(merge = add)]
    visits: u32,
}

#[with_session]
async fn seen(session: &Shop) -> String {
    session.visits.to_string()
}

/// Counts before the upgrade, which the response carries, and then one for each byte that comes: saved at an `s`.
async fn upgrade(session: Session<Shop>, mut request: Request) -> impl IntoResponse {
    session.update(|shop| shop.visits += 1);
    tokio::spawn(async move {
        let mut io = TokioIo::new(hyper::upgrade::on(&mut request).await.unwrap());
        while let Ok(byte) = io.read_u8().await {
            let visits = session.update(|shop| {
                shop.visits += 1;
                shop.visits
            });
            if byte == b's' {
                session.save().await.unwrap();
            }
            io.write_u8(u8::try_from(visits).unwrap()).await.unwrap();
        }
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "bytes")])
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let sessions = Sessions::<Shop>::new(MemoryStore::new()).unwrap();
    let app = Router::new().route("/upgrade", get(upgrade)).route("/seen", get(seen)).layer(sessions);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = "GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: bytes\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let line = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = line.split(';').next().unwrap();
    let seen = async || Sent::get("/seen").cookie(cookie).send(address).await.body;
    assert_eq!(seen().await, "1", "what was changed before is committed with the response");

    for (sent, answer, stored) in [(b'c', 2, "1"), (b's', 3, "3"), (b'c', 4, "3")] {
        stream.write_u8(sent).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), answer);
        assert_eq!(seen().await, stored);
    }
}
