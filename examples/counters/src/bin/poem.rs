//! The counter with Poem.

use counters::{Counter, address, count, sessions};
use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Route, Server, get, handler};
use session_runtime::Session;
use tokio::net::TcpListener;

// Poem's routes are of types that `#[handler]` makes
#[handler]
async fn index(session: Session<Counter>) -> String {
    count(session).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Route::new().at("/", get(index)).with(sessions()?);
    let listener = TcpListener::bind(address()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(app).await?;
    Ok(())
}
