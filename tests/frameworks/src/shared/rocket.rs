//! With Rocket.

use std::net::SocketAddr;

use ::rocket::fairing::AdHoc;
use ::rocket::{Config, Route};
use tokio::sync::oneshot;

use super::sessions;

/// The routing attributes are this framework's own, so the file stays as it is.
macro_rules! routes {
    ($($handlers:tt)*) => {
        use ::rocket::{get, post};

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
        pub(super) fn all() -> Vec<super::Route> {
            ::rocket::routes![$($name),*]
        }
    };
}

#[path = "handlers.rs"]
mod handlers;

/// Serves the handlers.
pub async fn serve() -> SocketAddr {
    let mut config = Config { port: 0, log_level: ::rocket::log::LogLevel::Off, ..Config::debug_default() };
    config.shutdown.ctrlc = false;
    let (send, port) = oneshot::channel();
    let liftoff = AdHoc::on_liftoff("Port", |rocket| {
        Box::pin(async move {
            let _ = send.send(rocket.config().port);
        })
    });
    let app = ::rocket::custom(config).attach(sessions()).attach(liftoff).mount("/", handlers::all());
    tokio::spawn(app.launch());
    ([127, 0, 0, 1], port.await.unwrap()).into()
}
