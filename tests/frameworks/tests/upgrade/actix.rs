//! actix-web: the request's payload goes on, and the response's body answers it.

use std::sync::mpsc;

use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::web::{Bytes, Payload, get};
use actix_web::{App, Error, HttpResponse, HttpServer};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use session_runtime::Session;

use crate::{Shop, count, seen, sessions, story};

async fn upgrade(session: Session<Shop>, payload: Payload) -> HttpResponse {
    count(&session, b'c').await;
    let answers = unfold((session, payload), async |(session, mut payload)| {
        let mut answers = Vec::new();
        for byte in payload.next().await?.ok()? {
            answers.push(count(&session, byte).await);
        }
        Some((Ok::<_, Error>(Bytes::from(answers)), (session, payload)))
    });
    HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS).upgrade("websocket").streaming(Box::pin(answers))
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let (send, address) = mpsc::channel();
    let sessions = sessions();
    std::thread::spawn(move || {
        System::new().block_on(async {
            let server = HttpServer::new(move || {
                let app = App::new().wrap(sessions.clone());
                app.route("/upgrade", get().to(upgrade)).route("/seen", get().to(seen))
            });
            let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            send.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    story(address.recv().unwrap()).await;
}
