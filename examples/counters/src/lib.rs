//! The handlers of all the counters. They name no framework; how a request comes to them is the programs' business.

use session_runtime::{MemoryStore, Sessions, session, with_session};

/// What the server remembers of a browser.
#[session]
pub struct Counter {
    /// Two visits at once both count.
    #[session(merge = add)]
    pub visits: u32,
}

/// A page that counts.
#[with_session]
pub async fn count(session: &mut Counter) -> String {
    session.visits += 1;
    format!("You have visited {} times.", session.visits)
}

/// What is around the handlers. Plain http, on loopback; behind https it would be `Sessions::new`.
///
/// # Errors
/// Never, with what is declared on [`Counter`].
pub fn sessions() -> Result<Sessions<Counter>, session_runtime::Error> {
    // it says that it failed where the framework has a logger of its own, as Rocket does; ours is set all the same
    drop(tracing_subscriber::fmt().try_init());
    Sessions::development(MemoryStore::new())
}

/// Where to listen: `ADDR`, or 127.0.0.1:3000.
pub fn address() -> String {
    std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
