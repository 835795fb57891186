//! The handlers can be routes: their futures can be sent.

#![deny(warnings, missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::panic)]

use axum::Router;
use axum::routing::get;
use session_runtime::{Error, MemoryStore, Sessions};
use session_warnings_tests::handlers::{guarded, guarded_one, optional, several, write};
use session_warnings_tests::sessions::{Cart, Shop};

#[test]
fn handlers_are_routes() -> Result<(), Error> {
    let sessions = Sessions::<Shop>::new(MemoryStore::new())?.with::<Cart>()?;
    let _: Router = Router::new()
        .route("/write", get(write))
        .route("/optional", get(optional))
        .route("/several", get(several))
        .route("/guarded", get(guarded))
        .route("/guarded-one", get(guarded_one))
        .layer(sessions);
    Ok(())
}
