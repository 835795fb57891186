//! Rocket.

use ::rocket::fairing::AdHoc;
use ::rocket::http::Status;
use ::rocket::http::uri::Origin;
use ::rocket::request::{FromRequest, Outcome};
use ::rocket::response::stream::TextStream;
use ::rocket::response::{Responder, Response, Result};
use ::rocket::{Config, Request, async_trait, get, post, routes};
use session_runtime::adapter::conformance::{
    self as suite, Admin, Admitted, Fresh, Layers, Pieces, Posted, Probe, Subject, Vault,
};
use session_runtime::{Attempt, Refused, Session, WithoutCsrf};
use tokio::sync::oneshot;

/// Serves the application.
pub async fn serve(layers: Layers) -> Subject {
    let mut config = Config { port: 0, log_level: ::rocket::log::LogLevel::Off, ..Config::debug_default() };
    config.shutdown.ctrlc = false;
    let (send, port) = oneshot::channel();
    let liftoff = AdHoc::on_liftoff("Port", |rocket| {
        Box::pin(async move {
            let _ = send.send(rocket.config().port);
        })
    });
    let explain = AdHoc::on_response("Explain", |request, response| {
        Box::pin(async move {
            if let Some(refused) = Refused::of(request) {
                response.set_raw_header("x-refused", refused.status().to_string());
            }
        })
    });
    // fairings are attached from the outside in for requests, and run in the same order for responses
    let app = ::rocket::custom(config)
        .attach(layers.probe)
        .attach(layers.again)
        .attach(layers.admin)
        .attach(layers.vault)
        .attach(explain)
        .attach(liftoff)
        .mount("/", routes![plain, handle, both, attempt, guarded, rejecting, stream])
        .mount("/", routes![fresh, admin, posted_admin, form, exempt, vault]);
    tokio::spawn(app.launch());
    let address = ([127, 0, 0, 1], port.await.unwrap());
    Subject::new(address.into())
        .drops_lines_that_are_no_text()
        .finishes_what_nobody_waits_for()
        .finds_missing_layers_at_start()
}

#[get("/plain")]
fn plain(target: &Origin<'_>) -> Answer {
    Answer(suite::plain(&target.to_string()))
}

#[get("/handle")]
async fn handle(session: Session<Probe>, target: &Origin<'_>) -> Answer {
    Answer(suite::handle(session, &target.to_string()).await)
}

#[get("/both")]
async fn both(probe: Session<Probe>, admin: Session<Admin>, target: &Origin<'_>) -> Answer {
    Answer(suite::both(probe, admin, &target.to_string()).await)
}

#[get("/attempt")]
fn attempt(session: Attempt<Probe>) -> Answer {
    Answer(suite::attempt(session))
}

#[get("/guarded")]
fn guarded(session: Admitted) -> Answer {
    Answer(suite::guarded(session))
}

#[get("/fresh")]
fn fresh(session: Fresh) -> Answer {
    Answer(suite::fresh(session))
}

#[get("/admin")]
fn admin(session: Session<Admin>, target: &Origin<'_>) -> Answer {
    Answer(suite::admin(session, &target.to_string()))
}

#[post("/admin")]
fn posted_admin(session: Session<Admin>, target: &Origin<'_>) -> Answer {
    admin(session, target)
}

#[post("/form")]
fn form(session: Posted, target: &Origin<'_>) -> Answer {
    Answer(suite::form(session, &target.to_string()))
}

#[post("/exempt")]
fn exempt(session: WithoutCsrf<Admin>, target: &Origin<'_>) -> Answer {
    Answer(suite::exempt(session, &target.to_string()))
}

#[get("/vault")]
fn vault(session: Session<Vault>, target: &Origin<'_>) -> Answer {
    Answer(suite::vault(session, &target.to_string()))
}

#[get("/rejecting")]
fn rejecting(_session: Session<Probe>, _teapot: Teapot) {}

#[get("/stream")]
fn stream(session: Session<Probe>) -> TextStream![String] {
    let mut pieces = Pieces::new(session);
    TextStream! {
        while let Some(piece) = pieces.next().await {
            yield piece;
        }
    }
}

/// What a request guard of the application makes of every request.
struct Teapot;

#[async_trait]
impl<'r> FromRequest<'r> for Teapot {
    type Error = ();

    async fn from_request(_: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Error((Status::ImATeapot, ()))
    }
}

struct Answer(suite::Answer);

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        let suite::Answer { status, headers, body } = self.0;
        let mut response = Response::build_from(body.respond_to(request)?);
        response.status(Status::new(status));
        for (name, value) in headers {
            response.raw_header_adjoin(name, value);
        }
        response.ok()
    }
}
