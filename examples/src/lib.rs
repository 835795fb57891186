//! What the example programs share.

use std::io;

use axum::Router;
use tokio::net::TcpListener;

/// Serves `app` on `ADDR`, or on 127.0.0.1:3000.
///
/// # Errors
/// When the address is taken or cannot be used.
pub async fn serve(app: Router) -> io::Result<()> {
    tracing_subscriber::fmt::init();
    let address = std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
