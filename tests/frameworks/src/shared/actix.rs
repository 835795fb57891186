//! With actix-web.

use std::net::SocketAddr;
use std::sync::mpsc;

use actix_web::rt::System;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

use super::sessions;

/// The routing attributes are this framework's own, so the file stays as it is.
macro_rules! routes {
    ($($handlers:tt)*) => {
        use ::actix_web::{get, post};

        $($handlers)*
        all! { $($handlers)* }
    };
}

macro_rules! all {
    ($(
        #[with_session $(($($option:tt)*))?]
        #[$method:ident($path:literal)]
        async fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty { $($body:tt)* }
    )*) => {
        pub(super) fn all(config: &mut super::ServiceConfig) {
            config$(.service($name))*;
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let (send, address) = mpsc::channel();
    let sessions = sessions();
    std::thread::spawn(move || {
        System::new().block_on(async {
            let server = HttpServer::new(move || App::new().configure(handlers::all).wrap(sessions.clone()));
            let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            send.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    address.recv().unwrap()
}
