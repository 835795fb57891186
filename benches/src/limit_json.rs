//! What a session can cost when written by hand: a map of JSON, decoded and encoded whole. No merging, no expiry, ids
//! stored in the clear.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::routing::get;
use dashmap::DashMap;

use crate::model::{Plain, render};

type Store = Arc<DashMap<u128, Box<[u8]>>>;

fn id(headers: &HeaderMap) -> Option<u128> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("sid="))?;
    if value.len() == 32 { u128::from_str_radix(value, 16).ok() } else { None }
}

fn load(store: &Store, id: u128) -> Option<Plain> {
    store.get(&id).and_then(|json| serde_json::from_slice(&json).ok())
}

fn save(store: &Store, id: u128, session: &Plain) {
    store.insert(id, serde_json::to_vec(session).expect("plain data").into_boxed_slice());
}

async fn first(State(store): State<Store>) -> ([(HeaderName, String); 1], String) {
    let id = rand::random();
    save(&store, id, &Plain::sample());
    ([(header::SET_COOKIE, format!("sid={id:032x}; HttpOnly; SameSite=Strict; Secure; Path=/"))], "ok".to_owned())
}

async fn read(State(store): State<Store>, headers: HeaderMap) -> String {
    id(&headers)
        .and_then(|id| load(&store, id))
        .map_or_else(|| "anon".to_owned(), |s| render(s.user_id, &s.name, s.visits, s.cart.len()))
}

async fn modify(State(store): State<Store>, headers: HeaderMap) -> String {
    let Some((id, mut session)) = id(&headers).and_then(|id| Some((id, load(&store, id)?))) else {
        return "anon".to_owned();
    };
    session.visits += 1;
    save(&store, id, &session);
    session.visits.to_string()
}

async fn logout(State(store): State<Store>, headers: HeaderMap) -> &'static str {
    id(&headers).map(|id| store.remove(&id));
    "bye"
}

pub fn app() -> Router {
    Router::new()
        .route("/plain", get(|| async { "plain" }))
        .route("/first", get(first))
        .route("/read", get(read))
        .route("/mod", get(modify))
        .route("/logout", get(logout))
        .with_state(Store::default())
}
