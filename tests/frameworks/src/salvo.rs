//! Salvo.

use std::fmt::Debug;

use futures_util::stream::unfold;
use salvo_core::extract::{Extractible, Metadata};
use salvo_core::prelude::*;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let routes = Router::new()
        .hoop(explain)
        .hoop(layers.vault)
        .hoop(layers.admin)
        .hoop(layers.probe)
        .hoop(layers.again)
        .push(Router::with_path("plain").get(plain))
        .push(Router::with_path("handle").get(handle))
        .push(Router::with_path("both").get(both))
        .push(Router::with_path("attempt").get(attempt))
        .push(Router::with_path("guarded").get(guarded))
        .push(Router::with_path("fresh").get(fresh))
        .push(Router::with_path("admin").get(administer).post(administer))
        .push(Router::with_path("form").post(form))
        .push(Router::with_path("exempt").post(exempt))
        .push(Router::with_path("vault").get(vault))
        .push(Router::with_path("rejecting").get(rejecting))
        .push(Router::with_path("stream").get(stream));
    let app = Router::new().push(Router::with_path("bare").get(handle)).push(routes);
    let acceptor = TcpListener::new("127.0.0.1:0").bind().await;
    let address = acceptor.inner().local_addr().unwrap();
    tokio::spawn(Server::new(acceptor).serve(app));
    Subject::new(address)
}

#[handler]
fn plain(request: &mut Request, response: &mut Response) {
    answer(suite::plain(&request.uri().to_string()), response);
}

#[handler]
async fn handle(session: Session<Probe>, request: &mut Request, response: &mut Response) {
    answer(suite::handle(session, &request.uri().to_string()).await, response);
}

#[handler]
async fn both(probe: Session<Probe>, admin: Session<Admin>, request: &mut Request, response: &mut Response) {
    answer(suite::both(probe, admin, &request.uri().to_string()).await, response);
}

#[handler]
fn attempt(session: Attempt<Probe>, response: &mut Response) {
    answer(suite::attempt(session), response);
}

#[handler]
fn guarded(session: Admitted, response: &mut Response) {
    answer(suite::guarded(session), response);
}

#[handler]
fn fresh(session: Fresh, response: &mut Response) {
    answer(suite::fresh(session), response);
}

#[handler]
fn administer(session: Session<Admin>, request: &mut Request, response: &mut Response) {
    answer(suite::admin(session, &request.uri().to_string()), response);
}

#[handler]
fn form(session: Posted, request: &mut Request, response: &mut Response) {
    answer(suite::form(session, &request.uri().to_string()), response);
}

#[handler]
fn exempt(session: WithoutCsrf<Admin>, request: &mut Request, response: &mut Response) {
    answer(suite::exempt(session, &request.uri().to_string()), response);
}

#[handler]
fn vault(session: Session<Vault>, request: &mut Request, response: &mut Response) {
    answer(suite::vault(session, &request.uri().to_string()), response);
}

#[handler]
fn rejecting(_session: Session<Probe>, _teapot: Teapot) {}

#[handler]
fn stream(session: Session<Probe>, response: &mut Response) {
    response.stream(unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    }));
}

/// What an extractor of the application makes of every request.
struct Teapot;

static TEAPOT: Metadata = Metadata::new("Teapot");

impl<'ex> Extractible<'ex> for Teapot {
    fn metadata() -> &'static Metadata {
        &TEAPOT
    }

    async fn extract(
        _: &'ex mut Request,
        _: &'ex mut Depot,
    ) -> Result<Self, impl Writer + Send + Debug + 'static> {
        Err(StatusError::im_a_teapot())
    }
}

fn answer(answer: Answer, response: &mut Response) {
    response.status_code(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response.render(answer.body);
}

#[handler]
async fn explain(request: &mut Request, depot: &mut Depot, response: &mut Response, ctrl: &mut FlowCtrl) {
    ctrl.call_next(request, depot, response).await;
    if let Some(refused) = response.extensions.get::<Refused>() {
        let status = refused.status().into();
        response.headers_mut().insert("x-refused", status);
    }
}
