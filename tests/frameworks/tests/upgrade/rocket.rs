//! Rocket: an `IoHandler`, which the response brings along.

use std::io;
use std::pin::Pin;

use ::rocket::data::{IoHandler, IoStream};
use ::rocket::fairing::AdHoc;
use ::rocket::response::{Responder, Response, Result};
use ::rocket::{Config, Request, async_trait, get, routes};
use session_runtime::{Session, with_session};
use tokio::sync::oneshot;

use crate::{Shop, converse, count, sessions, story};

struct Conversation(Session<Shop>);

#[async_trait]
impl IoHandler for Conversation {
    async fn io(self: Pin<Box<Self>>, io: IoStream) -> io::Result<()> {
        let Self(session) = *Pin::into_inner(self);
        converse(session, io).await;
        Ok(())
    }
}

impl<'r> Responder<'r, 'r> for Conversation {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'r> {
        Response::build().upgrade("websocket", self).ok()
    }
}

#[get("/upgrade")]
async fn upgrade(session: Session<Shop>) -> Conversation {
    count(&session, b'c').await;
    Conversation(session)
}

#[with_session]
#[get("/seen")]
fn seen(session: &Shop) -> String {
    session.visits.to_string()
}

#[tokio::test]
async fn an_upgraded_connection_saves_its_session_by_hand() {
    let mut config = Config { port: 0, log_level: ::rocket::log::LogLevel::Off, ..Config::debug_default() };
    config.shutdown.ctrlc = false;
    let (send, port) = oneshot::channel();
    let liftoff = AdHoc::on_liftoff("Port", |rocket| {
        Box::pin(async move {
            let _ = send.send(rocket.config().port);
        })
    });
    let app = ::rocket::custom(config).attach(sessions()).attach(liftoff).mount("/", routes![upgrade, seen]);
    tokio::spawn(app.launch());
    story(([127, 0, 0, 1], port.await.unwrap()).into()).await;
}
