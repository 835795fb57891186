//! The counter with Salvo.

use counters::{Counter, address, count, sessions};
use salvo_core::prelude::*;
use session_runtime::Session;

// Salvo's routes are of types that `#[handler]` makes
#[handler]
async fn index(session: Session<Counter>) -> String {
    count(session).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Router::new().hoop(sessions()?).get(index);
    let acceptor = TcpListener::new(address()).bind().await;
    println!("listening on http://{}", acceptor.inner().local_addr()?);
    Server::new(acceptor).serve(app).await;
    Ok(())
}
