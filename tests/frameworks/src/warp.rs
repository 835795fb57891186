//! warp, behind the layers of tower.

use ::warp::http::{Request, StatusCode};
use ::warp::reject::Reject;
use ::warp::reply::Response;
use ::warp::{Filter, Rejection, Reply};
use hyper::body::Incoming;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Posted, Probe, Subject, Vault,
};
use session_runtime::adapter::warp::{recover, session};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};
use std::convert::Infallible;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use crate::hyper::listen;

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let plain = ::warp::path("plain").and(target()).map(|target: String| answer(suite::plain(&target)));
    let bare = ::warp::path("bare").and(session()).and(target()).then(handle);
    let handle = ::warp::path("handle").and(session()).and(target()).then(handle);
    let both = ::warp::path("both").and(session()).and(session()).and(target()).then(both);
    let attempt =
        ::warp::path("attempt").and(session()).map(|session: Attempt<Probe>| answer(suite::attempt(session)));
    let guarded =
        ::warp::path("guarded").and(session()).map(|session: Admitted| answer(suite::guarded(session)));
    let rejecting = ::warp::path("rejecting")
        .and(session())
        .and_then(async |_: Session<Probe>| Err::<Response, _>(::warp::reject::custom(Teapot)));
    let fresh = ::warp::path("fresh").and(session()).map(|session: Fresh| answer(suite::fresh(session)));
    let admin = ::warp::path("admin")
        .and(session())
        .and(target())
        .map(|session: Session<Admin>, target: String| answer(suite::admin(session, &target)));
    let form = ::warp::path("form")
        .and(session())
        .and(target())
        .map(|session: Posted, target: String| answer(suite::form(session, &target)));
    let exempt = ::warp::path("exempt")
        .and(session())
        .and(target())
        .map(|session: WithoutCsrf<Admin>, target: String| answer(suite::exempt(session, &target)));
    let vault = ::warp::path("vault")
        .and(session())
        .and(target())
        .map(|session: Session<Vault>, target: String| answer(suite::vault(session, &target)));
    let routes = plain.or(handle).or(both).or(attempt).or(guarded).or(rejecting);
    let routes = routes.or(fresh).or(admin).or(form).or(exempt).or(vault);
    let app = ServiceBuilder::new()
        .map_response(explain)
        .layer(layers.vault)
        .layer(layers.admin)
        .layer(layers.probe)
        .layer(layers.again)
        .service(::warp::service(routes.recover(recover).recover(teapot)));
    let bare = ::warp::service(bare.recover(recover));
    let both = service_fn(move |request: Request<Incoming>| {
        let (app, bare) = (app.clone(), bare.clone());
        async move {
            if request.uri().path() == "/bare" {
                bare.oneshot(request).await
            } else {
                app.oneshot(request).await
            }
        }
    });
    // warp has no body in pieces that another crate could make
    Subject::new(listen(both).await).without_streams()
}

fn explain(mut response: Response) -> Response {
    if let Some(refused) = response.extensions().get::<Refused>() {
        let status = refused.status().into();
        response.headers_mut().insert("x-refused", status);
    }
    response
}

/// The request's target as it was sent.
fn target() -> impl Filter<Extract = (String,), Error = Infallible> + Clone {
    let query = ::warp::query::raw().or(::warp::any().map(String::new)).unify();
    ::warp::path::full()
        .and(query)
        .map(|path: ::warp::path::FullPath, query: String| format!("{}?{query}", path.as_str()))
}

async fn handle(session: Session<Probe>, target: String) -> Response {
    answer(suite::handle(session, &target).await)
}

async fn both(probe: Session<Probe>, admin: Session<Admin>, target: String) -> Response {
    answer(suite::both(probe, admin, &target).await)
}

#[derive(Debug)]
struct Teapot;

impl Reject for Teapot {}

async fn teapot(rejection: Rejection) -> Result<Response, Rejection> {
    if rejection.find::<Teapot>().is_some() {
        Ok(StatusCode::IM_A_TEAPOT.into_response())
    } else {
        Err(rejection)
    }
}

fn answer(answer: Answer) -> Response {
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}
