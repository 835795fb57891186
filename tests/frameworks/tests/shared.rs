//! One file of handlers with every framework, over a socket: each kind of session argument, each kind of guard.

use std::net::SocketAddr;

use session_runtime::adapter::conformance::wire::{Reply, Request};

/// A browser.
struct Browser {
    address: SocketAddr,
    cookie: String,
}

impl Browser {
    async fn send(&mut self, request: Request) -> Reply {
        let reply = request.cookie(&self.cookie).send(self.address).await;
        if let Some(pair) = reply.pair() {
            pair.clone_into(&mut self.cookie);
        }
        reply
    }

    async fn get(&mut self, target: &str) -> (u16, String) {
        let reply = self.send(Request::get(target)).await;
        (reply.status, reply.body)
    }

    /// As a page of the session does.
    async fn post(&mut self, target: &str) -> Reply {
        let (_, token) = self.get("/token").await;
        self.send(Request::post(target).line(format!("x-csrf-token: {token}"))).await
    }
}

fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

async fn story(address: SocketAddr) {
    let mut browser = Browser { address, cookie: String::new() };
    assert_eq!(browser.get("/seen").await, ok("nobody"));
    assert_eq!(browser.get("/visit").await, ok("1"));
    assert_eq!(browser.get("/visit").await, ok("2"));
    assert_eq!(browser.get("/seen").await, ok("2 visits"));
    assert_eq!(browser.get("/status").await, ok("2"));

    let stranger = browser.send(Request::get("/profile")).await;
    assert_eq!((stranger.status, stranger.value("location")), (303, Some("/login")), "{stranger:?}");
    assert_eq!(browser.get("/keys").await.0, 404);
    assert_eq!(browser.send(Request::post("/login")).await.status, 403, "no token");
    let before = browser.cookie.clone();
    assert_eq!(browser.post("/login").await.body, "welcome");
    assert_ne!(browser.cookie, before, "a login is a new id");
    assert_eq!(browser.get("/profile").await, ok("ann"));
    assert_eq!(browser.get("/keys").await, ok("the keys"));
    assert_eq!(browser.get("/status").await, ok("12"), "what a guarded handler changes is kept");

    assert_eq!(
        browser.send(Request::post("/form")).await.status,
        403,
        "its form has no token of this session"
    );
    assert_eq!(browser.get("/status").await, ok("12"), "nothing of it is kept");
    assert_eq!(browser.send(Request::post("/hook")).await.body, "13");
    assert_eq!(browser.get("/broken").await.0, 500);
    assert_eq!(browser.get("/status").await, ok("13"), "nothing of it is kept");

    assert!(browser.post("/logout").await.removes_cookie());
    assert_eq!(browser.get("/seen").await, ok("nobody"));
}

macro_rules! with {
    ($($framework:ident)*) => {
        $(
            #[tokio::test]
            async fn $framework() {
                story(framework_tests::shared::$framework::serve().await).await;
            }
        )*
    };
}

with! { actix axum poem rocket salvo warp }
