//! With warp.

use std::net::SocketAddr;

use ::warp::{Filter, Rejection, Reply};
use session_runtime::adapter::warp::{recover, session};
use tower::Layer as _;

use super::sessions;

macro_rules! routes {
    ($(
        #[with_session $(($($option:tt)*))?]
        #[$method:ident($path:literal)]
        async fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty { $($body:tt)* }
    )*) => {
        $(
            #[with_session $(($($option)*))?]
            async fn $name($($arg: $ty),*) -> $output { $($body)* }
        )*

        pub(super) fn all() -> impl super::Filter<Extract = (impl super::Reply,), Error = super::Rejection> + Clone {
            use super::Filter as _;
            let none = ::warp::any().and_then(async || Err::<String, _>(::warp::reject::not_found()));
            $(
                let route = ::warp::path($path.trim_start_matches('/')).and(::warp::$method());
                $(let route = { let _ = stringify!($arg); route.and(super::session()) };)*
                let none = none.or(route.then($name));
            )*
            none
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let service = sessions().layer(::warp::service(handlers::all().recover(recover)));
    crate::hyper::listen(service).await
}
