//! Requests to an application without a socket: as fast as its handlers, and polled by the test.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tower::ServiceExt as _;

use crate::wire::Reply;

/// A request with this `Cookie` header, or none if it is empty, and its response.
pub async fn call(app: Router, target: &str, cookie: &str) -> Reply {
    let mut request = Request::post(target);
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).expect("a request");
    let Ok(response) = app.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let lines = head.headers.iter();
    let lines = lines.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    Reply {
        status: head.status.as_u16(),
        lines: lines.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
