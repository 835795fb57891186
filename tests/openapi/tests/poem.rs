//! `poem-openapi`: `#[with_session]` stands above `#[OpenApi]`, on the block. Its handlers return
//! `poem::Result`, and our errors turn into that with `?`.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
#![allow(clippy::unused_async, reason = "the attribute wants async methods")]

mod document;

use document::Document;
use openapi_tests::Shop;
use poem_openapi::param::Query;
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService};
use session_runtime::{Session, Unavailable, with_session};

struct Pages;

#[with_session]
#[OpenApi]
impl Pages {
    #[oai(path = "/count", method = "post")]
    async fn count(&self, session: &mut Shop, by: Query<u32>) -> PlainText<String> {
        session.visits += by.0;
        PlainText(session.visits.to_string())
    }

    #[oai(path = "/seen", method = "get")]
    async fn seen(&self, session: Result<&Shop, Unavailable>) -> poem::Result<PlainText<String>> {
        Ok(PlainText(session?.visits.to_string()))
    }

    #[oai(path = "/save", method = "post")]
    async fn save(&self, session: Session<Shop>) -> poem::Result<PlainText<String>> {
        session.save().await?;
        Ok(PlainText(String::new()))
    }
}

#[test]
fn a_handler_with_a_session_is_documented_without_it() {
    let document = Document::read(&OpenApiService::new(Pages, "", "").spec());
    document.has("/count", "post", &["by"]);
    document.has("/seen", "get", &[]);
    document.has("/save", "post", &[]);
}
