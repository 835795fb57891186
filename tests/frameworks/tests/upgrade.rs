//! A session in a connection that is no longer HTTP, such as a WebSocket: it is read and saved by hand.
//!
//! warp is as bare hyper is, whose layer it has.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::net::SocketAddr;

use session_runtime::adapter::conformance::wire::Request as Sent;
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[session]
struct Shop {
    #[session(merge = add)]
    visits: u32,
}

fn sessions() -> Sessions<Shop> {
    Sessions::new(MemoryStore::new()).unwrap()
}

#[with_session]
async fn seen(session: &Shop) -> String {
    session.visits.to_string()
}

/// Counts, once before the upgrade, whose response has the cookie, and then for each byte that comes: saved at an `s`.
async fn count(session: &Session<Shop>, byte: u8) -> u8 {
    let visits = session.update(|shop| {
        shop.visits += 1;
        shop.visits
    });
    if byte == b's' {
        session.save().await.unwrap();
    }
    u8::try_from(visits).unwrap()
}

async fn converse(session: Session<Shop>, mut io: impl AsyncRead + AsyncWrite + Unpin) {
    while let Ok(byte) = io.read_u8().await {
        io.write_u8(count(&session, byte).await).await.unwrap();
        io.flush().await.unwrap();
    }
}

async fn story(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, cookie) = lines.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let seen = async || Sent::get("/seen").cookie(cookie).send(address).await.body;
    assert_eq!(seen().await, "1", "what was changed before is committed with the response");

    for (sent, answer, stored) in [(b'c', 2, "1"), (b's', 3, "3"), (b'c', 4, "3")] {
        stream.write_u8(sent).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), answer);
        assert_eq!(seen().await, stored);
    }
}

#[path = "upgrade"]
mod upgrade {
    mod actix;
    mod axum;
    mod hyper;
    mod poem;
    mod rocket;
    mod salvo;
}
