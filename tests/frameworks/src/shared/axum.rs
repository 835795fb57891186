//! With axum.

use std::net::SocketAddr;

use ::axum::{Router, routing};
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
            #[::axum::debug_handler]
            async fn $name($($arg: $ty),*) -> $output { $($body)* }
        )*

        pub(super) fn all() -> super::Router {
            super::Router::new()$(.route($path, super::routing::$method($name)))*
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = handlers::all().layer(sessions());
    tokio::spawn(async move { ::axum::serve(listener, app).await });
    address
}
