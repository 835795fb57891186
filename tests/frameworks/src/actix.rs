//! actix-web. Its server has a thread of its own.

use std::future::{Ready, ready};
use std::sync::mpsc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::rt::System;
use actix_web::web::{Bytes, get, post, scope};
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer};
use futures_util::stream::unfold;
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Answer, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let (send, address) = mpsc::channel();
    std::thread::spawn(move || {
        System::new().block_on(async {
            let server = HttpServer::new(move || {
                App::new().route("/bare", get().to(handle)).service(
                    scope("")
                        .wrap(layers.again.clone())
                        .wrap(layers.probe.clone())
                        .wrap(layers.admin.clone())
                        .wrap(layers.vault.clone())
                        .wrap(from_fn(explain))
                        .route("/plain", get().to(plain))
                        .route("/handle", get().to(handle))
                        .route("/both", get().to(both))
                        .route("/attempt", get().to(attempt))
                        .route("/guarded", get().to(guarded))
                        .route("/fresh", get().to(fresh))
                        .route("/admin", get().to(admin))
                        .route("/admin", post().to(admin))
                        .route("/form", post().to(form))
                        .route("/exempt", post().to(exempt))
                        .route("/vault", get().to(vault))
                        .route("/rejecting", get().to(rejecting))
                        .route("/stream", get().to(stream)),
                )
            });
            let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            send.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    // of its server, a client that goes away is noticed when it is answered
    Subject::new(address.recv().unwrap()).finishes_what_nobody_waits_for()
}

async fn plain(request: HttpRequest) -> HttpResponse {
    answer(suite::plain(&request.uri().to_string()))
}

async fn handle(session: Session<Probe>, request: HttpRequest) -> HttpResponse {
    answer(suite::handle(session, &request.uri().to_string()).await)
}

async fn both(probe: Session<Probe>, admin: Session<Admin>, request: HttpRequest) -> HttpResponse {
    answer(suite::both(probe, admin, &request.uri().to_string()).await)
}

async fn attempt(session: Attempt<Probe>) -> HttpResponse {
    answer(suite::attempt(session))
}

async fn guarded(session: Admitted) -> HttpResponse {
    answer(suite::guarded(session))
}

async fn fresh(session: Fresh) -> HttpResponse {
    answer(suite::fresh(session))
}

async fn admin(session: Session<Admin>, request: HttpRequest) -> HttpResponse {
    answer(suite::admin(session, &request.uri().to_string()))
}

async fn form(session: Posted, request: HttpRequest) -> HttpResponse {
    answer(suite::form(session, &request.uri().to_string()))
}

async fn exempt(session: WithoutCsrf<Admin>, request: HttpRequest) -> HttpResponse {
    answer(suite::exempt(session, &request.uri().to_string()))
}

async fn vault(session: Session<Vault>, request: HttpRequest) -> HttpResponse {
    answer(suite::vault(session, &request.uri().to_string()))
}

async fn rejecting(_: Session<Probe>, _: Teapot) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn stream(session: Session<Probe>) -> HttpResponse {
    let body = unfold(Pieces::new(session), async |mut pieces| {
        let piece = pieces.next().await?;
        Some((Ok::<_, Error>(Bytes::from(piece)), pieces))
    });
    HttpResponse::Ok().streaming(Box::pin(body))
}

/// What an extractor of the application makes of every request.
struct Teapot;

impl FromRequest for Teapot {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Err(actix_web::error::ErrorImATeapot("")))
    }
}

fn answer(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(answer.status.try_into().unwrap());
    for header in answer.headers {
        response.append_header(header);
    }
    response.body(answer.body)
}

async fn explain(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let refused = response.response().extensions().get::<Refused>().cloned();
    if let Some(refused) = refused {
        let name = HeaderName::from_static("x-refused");
        response.headers_mut().insert(name, HeaderValue::from(refused.status()));
    }
    Ok(response)
}
