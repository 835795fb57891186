//! The same routes over a session of this library.

use axum::Router;
use axum::routing::get;
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};

use crate::model::{Item, Plain, render};

#[session(cookie = "sid")]
pub struct Shop {
    user_id: u64,
    name: String,
    visits: u32,
    cart: Vec<Item>,
    flash: Option<String>,
}

#[with_session]
async fn first(session: &mut Shop) -> String {
    let Plain { user_id, name, visits, cart, flash } = Plain::sample();
    *session = Shop { user_id, name, visits, cart, flash };
    "ok".to_owned()
}

#[with_session]
async fn read(session: Option<&Shop>) -> String {
    session.map_or_else(|| "anon".to_owned(), |s| render(s.user_id, &s.name, s.visits, s.cart.len()))
}

#[with_session]
async fn modify(session: &mut Shop) -> String {
    session.visits += 1;
    session.visits.to_string()
}

async fn logout(session: Session<Shop>) -> &'static str {
    session.destroy();
    "bye"
}

pub fn app() -> Router {
    Router::new()
        .route("/plain", get(|| async { "plain" }))
        .route("/first", get(first))
        .route("/read", get(read))
        .route("/mod", get(modify))
        .route("/logout", get(logout))
        .layer(Sessions::<Shop>::new(MemoryStore::new()).expect("the declared policy is right"))
        .with_state(()) // as axum advises: routes are built once, not for each request
}
