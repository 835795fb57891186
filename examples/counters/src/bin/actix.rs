//! The counter with actix-web.

use actix_web::{App, HttpServer, web::get};
use counters::{address, count, sessions};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = sessions()?;
    let server = HttpServer::new(move || App::new().route("/", get().to(count)).wrap(sessions.clone()));
    let server = server.bind(address())?;
    println!("listening on http://{}", server.addrs().first().ok_or("no address")?);
    server.run().await?;
    Ok(())
}
