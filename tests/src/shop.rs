//! An application whose requests a test sends at once, to one process or to several.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_runtime::{Session, Sessions, session, with_session};

/// What it keeps: fields that many requests change at once, and ten that each has its own.
#[session]
pub struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(merge = add)]
    count: u64,
    #[session(merge = append)]
    items: Vec<u64>,
    #[session(merge = union)]
    tags: BTreeSet<u64>,
    #[session(merge = reject)]
    name: String,
    f0: u64,
    f1: u64,
    f2: u64,
    f3: u64,
    f4: u64,
    f5: u64,
    f6: u64,
    f7: u64,
    f8: u64,
    f9: u64,
}

#[with_session]
async fn read(session: &Shop) -> String {
    let Shop { user, count, items, tags, name, .. } = session;
    format!("user={user:?} count={count} items={} tags={} name={name}", items.len(), tags.len())
}

#[with_session]
async fn fields(session: &Shop) -> String {
    let Shop { f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, .. } = session;
    format!("{:?}", [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9])
}

#[with_session]
async fn count(session: &mut Shop) {
    session.count += 1;
}

#[with_session]
async fn item(session: &mut Shop, Path(n): Path<u64>) {
    session.items.push(n);
}

#[with_session]
async fn tag(session: &mut Shop, Path(n): Path<u64>) {
    session.tags.insert(n);
}

#[with_session]
async fn set(session: &mut Shop, Path((field, value)): Path<(usize, u64)>) -> StatusCode {
    let Shop { f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, .. } = session;
    match [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9].into_iter().nth(field) {
        Some(field) => *field = value,
        None => return StatusCode::NOT_FOUND,
    }
    StatusCode::OK
}

/// The session is loaded before the body has come, so a test decides by the body when the handler goes on.
#[with_session]
async fn slow(session: &mut Shop, body: String) {
    session.count += 1;
    session.name = body;
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<u64>) {
    session.user = Some(user);
}

async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

#[with_session]
async fn logout(session: &mut Shop) {
    *session = Shop::default();
}

/// The application's routes, within `sessions`.
pub fn shop(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/plain", get(|| async { "plain" }))
        .route("/read", get(read))
        .route("/fields", get(fields))
        .route("/count", post(count))
        .route("/item/{n}", post(item))
        .route("/tag/{n}", post(tag))
        .route("/set/{field}/{value}", post(set))
        .route("/slow", post(slow))
        .route("/login/{user}", post(login))
        .route("/rotate", post(rotate))
        .route("/logout", post(logout))
        .layer(sessions)
}
