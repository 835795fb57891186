use axum::Router;
use axum::routing::get;
use session_runtime::{MemoryStore, Sessions, session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

#[with_session(require = user)]
async fn account(session: &Shop, user: &String) {
    let _ = (session, user);
}

fn app() -> Result<Router, session_runtime::Error> {
    Ok(Router::new().route("/", get(account)).layer(Sessions::<Shop>::new(MemoryStore::new())?))
}

fn main() {}
