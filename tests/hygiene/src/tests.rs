//! It does not only compile.

use ::std::assert_eq;
use ::std::prelude::v1::*;

use ::axum::Router;
use ::axum::body::Body;
use ::axum::http::{Request, Response, header};
use ::axum::routing::get;
use ::renamed_runtime::{MemoryStore, Sessions};
use ::tower::ServiceExt as _;

use crate::handlers::{read, visit};
use crate::sessions::{Cart, Declared, Plain, Shop, Theme};

#[test]
fn a_handler_counts() {
    let sessions = Sessions::<Plain>::new(MemoryStore::new()).unwrap();
    let app = Router::new().route("/visit/{by}", get(visit)).route("/read", get(read)).layer(sessions);
    let first = answer(&app, "/visit/2", None);
    let cookie = first.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(text(first), "2");
    assert_eq!(text(answer(&app, "/visit/3", Some(&cookie))), "5");
    assert_eq!(text(answer(&app, "/read", Some(&cookie))), "5");
    assert_eq!(text(answer(&app, "/read", None)), "0");
}

#[test]
fn the_declared_defaults_hold() {
    let shop = Shop::default();
    assert_eq!((shop.session, shop.self_, shop.default), (0, 7, Theme::Dark));
    let declared = Declared::default();
    assert_eq!((declared.session, declared.value), (1, true));
}

#[test]
fn every_option_makes_a_policy_that_can_be_used() {
    Sessions::<Shop>::new(MemoryStore::new()).unwrap().with::<Cart>().unwrap();
}

fn answer(app: &Router, path: &str, cookie: Option<&str>) -> Response<Body> {
    let mut request = Request::get(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    wait(app.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap()
}

fn text(response: Response<Body>) -> String {
    let bytes = wait(::axum::body::to_bytes(response.into_body(), 100)).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn wait<T>(future: impl ::std::future::Future<Output = T>) -> T {
    ::tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
