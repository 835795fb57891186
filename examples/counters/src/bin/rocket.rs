//! The counter with Rocket.

use std::net::SocketAddr;

use counters::{Counter, address, count, sessions};
use rocket::fairing::AdHoc;
use rocket::{Config, get, routes};
use session_runtime::Session;

// Rocket's routes are of types that `#[get]` makes
#[get("/")]
async fn index(session: Session<Counter>) -> String {
    count(session).await
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address: SocketAddr = address().parse()?;
    let config = Config { address: address.ip(), port: address.port(), ..Config::default() };
    let liftoff = AdHoc::on_liftoff("Address", |rocket| {
        Box::pin(async {
            let config = rocket.config();
            println!("listening on http://{}", SocketAddr::new(config.address, config.port));
        })
    });
    let app = rocket::custom(config).mount("/", routes![index]).attach(sessions()?);
    app.attach(liftoff).launch().await?;
    Ok(())
}
