//! With Salvo.

use std::net::SocketAddr;

use salvo_core::prelude::*;

use super::sessions;

macro_rules! routes {
    ($(
        #[with_session $(($($option:tt)*))?]
        #[$method:ident($path:literal)]
        async fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty { $($body:tt)* }
    )*) => {
        // what Salvo's attribute makes calls its methods
        use ::salvo_core::Writer as _;

        $(
            #[with_session $(($($option)*))?]
            #[::salvo_core::handler]
            async fn $name($($arg: $ty),*) -> $output { $($body)* }
        )*

        pub(super) fn all() -> super::Router {
            super::Router::new()$(.push(super::Router::with_path($path).$method($name)))*
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let acceptor = TcpListener::new("127.0.0.1:0").bind().await;
    let address = acceptor.inner().local_addr().unwrap();
    tokio::spawn(Server::new(acceptor).serve(handlers::all().hoop(sessions())));
    address
}
