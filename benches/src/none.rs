//! axum alone: the same routes, bodies of the same size.

use std::hint::black_box;

use axum::Router;
use axum::routing::get;

use crate::model::render;

pub fn app() -> Router {
    let read = || async { render(black_box(4_711_000_815), black_box("Ada L. Tester 16"), black_box(1), black_box(10)) };
    Router::new()
        .route("/plain", get(|| async { "plain" }))
        .route("/first", get(|| async { "ok".to_owned() }))
        .route("/read", get(read))
        .route("/mod", get(|| async { black_box(2_u32).to_string() }))
        .route("/logout", get(|| async { "bye" }))
        .with_state(()) // as axum advises: routes are built once, not for each request
}
