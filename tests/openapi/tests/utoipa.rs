//! `utoipa`: `#[with_session]` stands above `#[utoipa::path]` or below it.

#![allow(clippy::unused_async, reason = "handlers of axum are async")]

mod document;

use axum::extract::Query;
use document::Document;
use openapi_tests::Shop;
use session_runtime::{Error, Session, Unavailable, with_session};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct By {
    by: u32,
}

#[with_session]
#[utoipa::path(post, path = "/count", params(By))]
async fn count(session: &mut Shop, Query(by): Query<By>) -> String {
    session.visits += by.by;
    session.visits.to_string()
}

#[utoipa::path(get, path = "/seen")]
#[with_session]
async fn seen(session: Result<&Shop, Unavailable>) -> Result<String, Unavailable> {
    Ok(session?.visits.to_string())
}

#[utoipa::path(post, path = "/save")]
async fn save(session: Session<Shop>) -> Result<String, Error> {
    session.save().await?;
    Ok(String::new())
}

#[test]
fn a_handler_with_a_session_is_documented_without_it() {
    let router =
        OpenApiRouter::<()>::new().routes(routes!(count)).routes(routes!(seen)).routes(routes!(save));
    let document = Document::of(&router.into_openapi());
    document.has("/count", "post", &["by"]);
    document.has("/seen", "get", &[]);
    document.has("/save", "post", &[]);
}
