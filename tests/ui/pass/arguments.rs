//! Every form of a session argument.

#![deny(warnings)]

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_runtime::{MemoryStore, Session, Sessions, Unavailable, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[session(within = Shop)]
struct Cart {
    items: Vec<String>,
}

#[with_session]
async fn write(session: &mut Shop, Path(by): Path<u32>) -> String {
    session.visits += by;
    std::future::ready(()).await;
    session.visits.to_string()
}

#[with_session]
async fn read(session: &Shop) -> impl axum::response::IntoResponse {
    session.visits.to_string()
}

#[with_session]
async fn optional(session: Option<&Shop>) -> String {
    let Some(shop) = session else { return "nobody".to_owned() };
    shop.visits.to_string()
}

#[with_session]
async fn attempt(session: std::result::Result<&Shop, Unavailable>) -> Result<impl axum::response::IntoResponse, String> {
    let shop = session.map_err(|_| "try again")?;
    Ok(shop.visits.to_string())
}

#[with_session]
async fn marked(#[session] shop: &Shop, #[session] mut cart: &mut Cart, session: Session<Shop>) {
    cart.items.push(shop.visits.to_string());
    session.destroy();
    cart = std::convert::identity(cart);
    cart.items.clear();
}

#[with_session]
async fn raw(#[session] r#type: &Shop, #[session] _cart: &Cart) -> String {
    r#type.visits.to_string()
}

fn app() -> Result<Router, session_runtime::Error> {
    let sessions = Sessions::<Shop>::new(MemoryStore::new())?;
    Ok(Router::new()
        .route("/write/{by}", get(write))
        .route("/read", get(read))
        .route("/optional", get(optional))
        .route("/attempt", get(attempt))
        .route("/marked", get(marked))
        .route("/raw", get(raw))
        .layer(sessions))
}

fn main() {
    let _ = app();
}
