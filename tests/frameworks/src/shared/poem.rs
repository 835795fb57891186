//! With Poem.

use std::net::SocketAddr;

use ::poem::listener::TcpAcceptor;
use ::poem::{EndpointExt as _, Route, Server};
use tokio::net::TcpListener;

use super::sessions;

macro_rules! routes {
    ($(
        #[with_session $(($($option:tt)*))?]
        #[$method:ident($path:literal)]
        async fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty { $($body:tt)* }
    )*) => {
        $(
            #[with_session $(($($option)*))?]
            #[::poem::handler]
            async fn $name($($arg: $ty),*) -> $output { $($body)* }
        )*

        pub(super) fn all() -> super::Route {
            super::Route::new()$(.at($path, ::poem::$method($name)))*
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(handlers::all().with(sessions())));
    address
}
