//! `aide`, with the feature `aide`: it reads the signature, so `#[with_session]` is the only attribute.

#![allow(clippy::unused_async, reason = "handlers of axum are async")]

mod document;

use aide::axum::ApiRouter;
use aide::axum::routing::{get, post};
use aide::openapi::OpenApi;
use document::Document;
use openapi_tests::Shop;
use session_runtime::{Error, Session, Unavailable, with_session};

#[with_session]
async fn count(session: &mut Shop) -> String {
    session.visits += 1;
    session.visits.to_string()
}

#[with_session]
async fn seen(session: Result<&Shop, Unavailable>) -> Result<String, Unavailable> {
    Ok(session?.visits.to_string())
}

async fn save(session: Session<Shop>) -> Result<String, Error> {
    session.save().await?;
    Ok(String::new())
}

#[test]
fn a_handler_with_a_session_is_documented_without_it() {
    let mut document = OpenApi::default();
    let router = ApiRouter::new()
        .api_route("/count", post(count))
        .api_route("/seen", get(seen))
        .api_route("/save", post(save));
    let _: axum::Router = router.finish_api(&mut document);
    let document = Document::of(&document);
    document.has("/count", "post", &[]);
    document.has("/seen", "get", &[]);
    document.has("/save", "post", &[]);
}
