//! Requests whose handler is the test itself: it holds what the handler was given, and says when the handler returns.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::routing::any;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::server::{patiently, serve};
use crate::wire::{Reply, Request};

/// A server at whose `/` the test handles each request, given the extractor `H`.
#[derive(Debug)]
pub struct ByHand<H> {
    /// Where it listens, for other routes.
    pub server: SocketAddr,
    arrivals: UnboundedReceiver<(H, oneshot::Sender<()>)>,
}

/// A request that is in its handler.
#[derive(Debug)]
pub struct Handling<H> {
    /// What the handler was given.
    pub given: H,
    returns: oneshot::Sender<()>,
    reply: JoinHandle<Reply>,
}

impl<H: FromRequestParts<()> + Send + 'static> ByHand<H> {
    /// Serves `/` within what `wrap` puts around and beside it.
    pub async fn serve(wrap: impl FnOnce(Router) -> Router) -> Self {
        let (sender, arrivals) = unbounded_channel();
        let handler = async move |given: H| {
            let (returns, returned) = oneshot::channel();
            sender.send((given, returns)).expect("the test handles requests");
            let _ = returned.await; // an error is a test that has ended
        };
        Self { server: serve(wrap(Router::new().route("/", any(handler)))).await, arrivals }
    }

    /// A request with this `Cookie` header, or none if it is empty, that has come to its handler.
    pub async fn handle(&mut self, cookie: &str) -> Handling<H> {
        let request = if cookie.is_empty() { Request::get("/") } else { Request::get("/").cookie(cookie) };
        let server = self.server;
        let reply = tokio::spawn(async move { request.send(server).await });
        let (given, returns) = patiently("a request at its handler", self.arrivals.recv()).await.unwrap();
        Handling { given, returns, reply }
    }
}

impl<H> Handling<H> {
    /// The handler returns, with 200. What it was given may be in use afterwards, as in a streaming body.
    pub async fn returns(self) -> (H, Reply) {
        self.returns.send(()).expect("the handler is there");
        let reply = patiently("the response", self.reply).await.expect("a response");
        (self.given, reply)
    }

    /// [`returns`](Self::returns), and what it was given is dropped.
    pub async fn ends(self) -> Reply {
        self.returns().await.1
    }
}
