use axum::Router;
use axum::routing::get;
use session_runtime::{MemoryStore, Sessions, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(session: Shop) -> String {
    session.visits.to_string()
}

fn app() -> Result<Router, session_runtime::Error> {
    Ok(Router::new().route("/", get(count)).layer(Sessions::<Shop>::new(MemoryStore::new())?))
}

fn main() {
    let _ = app();
}
