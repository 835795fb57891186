//! A browser, as far as cookies go.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::wire::{Reply, Request, is_removal};

/// A client with a cookie jar: the newest `Set-Cookie` of a name wins, and a removal is one.
#[derive(Clone, Debug)]
pub struct Browser {
    server: SocketAddr,
    jar: BTreeMap<String, String>,
}

impl Browser {
    /// A browser that has never been anywhere.
    pub const fn new(server: SocketAddr) -> Self {
        Self { server, jar: BTreeMap::new() }
    }

    /// The server.
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// The `Cookie` header that this browser would send.
    pub fn cookie(&self) -> Option<String> {
        let pairs: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Puts `name=value` into the jar, as somebody who can set cookies would.
    pub fn plant(&mut self, pair: &str) {
        let (name, value) = pair.split_once('=').expect("name=value");
        self.jar.insert(name.to_owned(), value.to_owned());
    }

    /// The request with this browser's cookies.
    pub fn prepare(&self, request: Request) -> Request {
        match self.cookie() {
            Some(cookie) => request.cookie(cookie),
            None => request,
        }
    }

    /// Sends the request with this browser's cookies, and keeps what comes back.
    pub async fn send(&mut self, request: Request) -> Reply {
        let reply = self.prepare(request).send(self.server).await;
        self.take(&reply);
        reply
    }

    /// `GET`.
    pub async fn get(&mut self, target: &str) -> Reply {
        self.send(Request::get(target)).await
    }

    /// `POST`, without a body.
    pub async fn post(&mut self, target: &str) -> Reply {
        self.send(Request::post(target)).await
    }

    /// Keeps the cookies of a reply.
    pub fn take(&mut self, reply: &Reply) {
        for line in reply.set_cookies() {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if is_removal(line) {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
