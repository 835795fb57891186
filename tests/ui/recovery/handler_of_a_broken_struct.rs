use axum::Router;
use axum::routing::get;
use session_runtime::{Session, Sessions, MemoryStore, session, with_session};

#[session(idle = "30", remember = "30d")]
struct Shop {
    #[session(merge = add)]
    visits: u32,
}

#[with_session]
async fn count(session: &mut Shop, handle: Session<Shop>) -> String {
    session.visits += 1;
    handle.remember();
    session.visits.to_string()
}

fn app() -> Result<Router, session_runtime::Error> {
    Ok(Router::new().route("/", get(count)).layer(Sessions::<Shop>::new(MemoryStore::new())?))
}

fn main() {
    let _ = app();
}
