//! Salvo's `#[endpoint]`, with the feature `salvo-oapi`: `#[with_session]` stands above it.

mod document;

use document::Document;
use openapi_tests::Shop;
use salvo_core::prelude::*;
use salvo_oapi::extract::QueryParam;
use salvo_oapi::{OpenApi, endpoint};
use session_runtime::{Error, Session, Unavailable, with_session};

#[with_session]
#[endpoint]
async fn count(session: &mut Shop, by: QueryParam<u32, true>) -> String {
    session.visits += by.into_inner();
    session.visits.to_string()
}

#[with_session]
#[endpoint]
async fn seen(session: Result<&Shop, Unavailable>) -> Result<String, Unavailable> {
    Ok(session?.visits.to_string())
}

#[endpoint]
async fn save(session: Session<Shop>) -> Result<String, Error> {
    session.save().await?;
    Ok(String::new())
}

#[with_session(require = visits, or = 404)]
#[endpoint]
async fn guarded(session: &Visited) -> String {
    format!("{:?}", session.visits)
}

#[session_runtime::session]
struct Visited {
    visits: Option<u32>,
}

#[test]
fn a_handler_with_a_session_is_documented_without_it() {
    let router = Router::new()
        .push(Router::with_path("count").post(count))
        .push(Router::with_path("seen").get(seen))
        .push(Router::with_path("save").post(save))
        .push(Router::with_path("guarded").get(guarded));
    let document = Document::of(&OpenApi::new("", "").merge_router(&router));
    document.has("/count", "post", &["by"]);
    document.has("/seen", "get", &[]);
    document.has("/save", "post", &[]);
    document.has("/guarded", "get", &[]);
}
