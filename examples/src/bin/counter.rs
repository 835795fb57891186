//! Counts the visits of each browser.
//!
//! ```text
//! cargo run -p examples --bin counter
//! curl -c jar -b jar http://127.0.0.1:3000/
//! ```

use axum::Router;
use axum::routing::get;
use session_runtime::{MemoryStore, Sessions, session, with_session};

/// What the server remembers of a browser.
#[session]
struct Counter {
    /// Two visits at once both count.
    #[session(merge = add)]
    visits: u32,
}

#[with_session]
async fn count(session: &mut Counter) -> String {
    session.visits += 1;
    format!("You have visited {} times.", session.visits)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // plain http on loopback; behind https: `Sessions::new`
    let sessions = Sessions::<Counter>::development(MemoryStore::new())?;
    let app = Router::new().route("/", get(count)).layer(sessions);
    examples::serve(app).await?;
    Ok(())
}
